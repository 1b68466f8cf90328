//! Standard input and output of the server, read and written by threads.

pub(crate) fn input() -> tokio::io::Stdin {
    tokio::io::stdin()
}

pub(crate) fn output() -> tokio::io::Stdout {
    tokio::io::stdout()
}
