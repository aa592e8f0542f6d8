//! `loopcheck explain` and `loopcheck init`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// `loopcheck explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The id; without it, all ids are listed
    #[arg(value_name = "ID")]
    pub id: Option<String>,
}

/// `loopcheck init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "loopcheck.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}
