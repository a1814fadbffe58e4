//! A witness over HTTP, on a port of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use cadre::base::http::HttpAddress;
use cadre::records::audit::checkpoints::witness::Witness;
use cadre::records::audit::checkpoints::{Kept, Signed, Signer};
use cadre::records::audit::reader;

use super::Trail;

async fn sign(signer: &mut Signer, trail: &Trail) -> Kept {
    let heads = reader::heads(&trail.client).await.unwrap();
    match signer.sign(&trail.client, &heads[0]).await.unwrap() {
        Signed::Newest(Some(kept)) => kept,
        other => panic!("{other:?}"),
    }
}

/// A witness that trusts the trail, and how to end it.
async fn serve(
    trail: &Trail,
    state: &std::path::Path,
) -> (cadre::base::note::Verifier, HttpAddress, rocket::Shutdown) {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let witness = Witness::open(state, vec![trail.signer().verifier()]).unwrap();
    let key = witness.verifier();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (ready, answers) = tokio::sync::oneshot::channel();
    let ready = std::sync::Mutex::new(Some(ready));
    let announce = rocket::fairing::AdHoc::on_liftoff("ready", move |_| {
        Box::pin(async move {
            let _ = ready.lock().unwrap().take().unwrap().send(());
        })
    });
    let rocket = cadre::web::witness::build(witness, listen).attach(announce).ignite().await.unwrap();
    let shutdown = rocket.shutdown();
    tokio::spawn(rocket.launch());
    answers.await.unwrap();
    (key, format!("http://{listen}").parse().unwrap(), shutdown)
}

/// ASVS 16.4.3
#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_extends_what_it_saw_and_catches_up() {
    let trail = Trail::new().await;
    let state = tempfile::tempdir().unwrap();
    trail.append(5).await;
    // Signed while no witness was there.
    trail.sign().await;
    let (witness, address, shutdown) = serve(&trail, state.path()).await;
    let mut signer = Signer::new(trail.key.clone(), trail.store(), Some(address.clone()));
    trail.append(7).await;
    let kept = sign(&mut signer, &trail).await;
    assert!(kept.note.cosigned_at(&witness).is_some());
    trail.append(1).await;
    assert!(sign(&mut signer, &trail).await.note.cosigned_at(&witness).is_some());
    // A process that begins anew does not know how far the witness is; it is told.
    let mut again = Signer::new(trail.key.clone(), trail.store(), Some(address.clone()));
    trail.append(20).await;
    assert!(sign(&mut again, &trail).await.note.cosigned_at(&witness).is_some());
    let newest = trail.store().chain("500237").newest().unwrap().unwrap();
    assert_eq!(newest.checkpoint.head.size, 33);
    assert!(newest.note.cosigned_at(&witness).is_some(), "and the cosigned note is kept");
    shutdown.notify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_does_not_cosign_a_second_history_and_nobody_waits_for_it() {
    let trail = Trail::new().await;
    let state = tempfile::tempdir().unwrap();
    let (witness, address, shutdown) = serve(&trail, state.path()).await;
    let mut signer = Signer::new(trail.key.clone(), trail.store(), Some(address.clone()));
    trail.append(5).await;
    assert!(sign(&mut signer, &trail).await.note.cosigned_at(&witness).is_some());
    // The trail is emptied and begun anew, and so is the folder of checkpoints.
    trail.client.batch_execute("TRUNCATE audit_entries, audit_heads, audit_checkpoints").await.unwrap();
    std::fs::remove_dir_all(trail.files.path().join("checkpoints")).unwrap();
    trail.append(9).await;
    let mut second = Signer::new(trail.key.clone(), trail.store(), Some(address.clone()));
    let kept = sign(&mut second, &trail).await;
    assert_eq!((kept.checkpoint.head.size, kept.note.cosigned_at(&witness)), (9, None));
    let evidence = std::fs::read_to_string(state.path().join("contradictions")).unwrap();
    assert!(evidence.contains(&kept.checkpoint.text()));
    shutdown.notify();
    // Nobody answers any more: signing goes on.
    trail.append(1).await;
    let away: HttpAddress = "http://127.0.0.1:9/".parse().unwrap();
    let mut third = Signer::new(trail.key.clone(), trail.store(), Some(away));
    assert_eq!(sign(&mut third, &trail).await.checkpoint.head.size, 10);
}
