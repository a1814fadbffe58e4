//! Prints results: sentences for people, JSON for scripts.

/// Prints one result.
pub fn print(json: bool, value: &impl serde::Serialize, sentence: &str) {
    if json {
        match serde_json::to_string(value) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        println!("{sentence}");
    }
}
