//! `cadre serve`: runs the server until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use rocket::fairing::AdHoc;

use crate::across::papers::Press;
use crate::cli::installation::Installation;
use crate::cli::interruption::Serving;
use crate::cli::{Failure, audit};
use crate::records::audit::checkpoints::keeper;
use crate::records::{accounts, organisations};
use crate::web;

/// Where to listen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Address and port; CADRE_LISTEN or 127.0.0.1:8000 when not given
    #[arg(long)]
    listen: Option<SocketAddr>,
}

/// Runs the server.
pub async fn run(options: &Options, serving: &Serving) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    serve(&installation, options.listen, serving).await
}

/// Serves until Ctrl-C or SIGTERM; prints `ready …` when it answers.
///
/// # Errors
/// When the port is taken, or the server cannot start.
pub async fn serve(
    installation: &Installation,
    listen: Option<SocketAddr>,
    serving: &Serving,
) -> Result<(), Failure> {
    let listen = listen.unwrap_or(installation.config.listen);
    let program = std::env::current_exe().map_err(|error| Failure::Failed(error.to_string()))?;
    let uploads = installation.config.data.join("uploads");
    std::fs::create_dir_all(&uploads).map_err(|error| {
        Failure::Failed(format!("无法建立上传目录 {}：{error}。请检查磁盘和权限。", uploads.display()))
    })?;
    let signer = audit::signer(&installation.config)?;
    let state = web::State {
        database: installation.database.clone(),
        keys: installation.keys.clone(),
        program,
        uploads: uploads.clone(),
        pictures: Arc::default(),
        counts: Arc::default(),
        pairs: Arc::default(),
        readings: Arc::default(),
        press: Arc::new(Press::new(installation.config.fonts.clone())),
        trail: signer.published(),
        front: installation.config.front.clone(),
    };
    let pictures = state.pictures.clone();
    let announce = AdHoc::on_liftoff("ready", move |_| {
        Box::pin(async move {
            println!("ready http://{listen}");
        })
    });
    notice(installation).await?;
    let refused = |error: rocket::Error| failure(&error, listen);
    let rocket = web::build(state, listen).attach(announce).ignite().await.map_err(refused)?;
    serving.begin(rocket.shutdown());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let owner = installation.started.addresses.owner.clone();
    let checkpoints = tokio::spawn(keeper::keep(signer, owner, async {
        // Dropped or sent: either way the server has ended.
        let _ = stopped.await;
    }));
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let database = installation.database.clone();
    let counts = tokio::spawn(async move {
        let ended = async {
            let _ = ended.await;
        };
        tokio::select! {
            () = pictures.keep_counts(&database, ended) => {}
            never = web::import_work::tidy(&database, uploads) => match never {},
        }
    });
    let served = rocket.launch().await.map_err(refused);
    drop(stop);
    drop(end);
    if let Err(error) = counts.await {
        tracing::error!(%error, "the counts of teams were not kept");
    }
    if let Err(error) = checkpoints.await {
        tracing::error!(%error, "the last checkpoint was not signed");
    }
    served.map(|_| ())
}

/// Says which counties have not set what they demand at sign-in: real records want one-time codes.
async fn notice(installation: &Installation) -> Result<(), Failure> {
    let mut conn = installation.database.web().await?;
    for county in organisations::queries::counties(&mut conn).await? {
        if !accounts::has_security_policy(&mut conn, county.id).await? {
            eprintln!(
                "{}尚未设定登录安全要求，现在只凭密码登录。用于真实数据前请执行：cadre account policy --organisation {} --preset production",
                county.name, county.code
            );
        }
    }
    Ok(())
}

fn failure(error: &rocket::Error, listen: SocketAddr) -> Failure {
    use rocket::error::ErrorKind;
    let message = match error.kind() {
        ErrorKind::Bind(cause) | ErrorKind::Io(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => {
            format!(
                "地址 {listen} 已被占用，可能另有一个 cadre 正在运行。请先停止它，或用 --listen 指定其他端口，例如 --listen 127.0.0.1:8001。"
            )
        }
        ErrorKind::Bind(cause) | ErrorKind::Io(cause) => {
            format!("无法在 {listen} 提供服务：{cause}。请检查地址和权限，1024 以下的端口需要管理员权限。")
        }
        other => format!("服务无法启动：{other}。"),
    };
    Failure::Failed(message)
}
