//! HANDLER for Node.js: a file, its export, and the folders around it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::host::runtimes::node::place::package::Manifest;
use crate::host::runtimes::node::program::executable::NodeVersion;

/// The export that is called if HANDLER names none.
const DEFAULT_EXPORT: &str = "handler";

/// The extensions of a handler's file.
const EXTENSIONS: [&str; 4] = ["js", "cjs", "mjs", "ts"];

/// The extensions in the order in which AWS' client tries them.
const CLIENT_ORDER: [&str; 4] = ["", "js", "mjs", "cjs"];

/// The extensions of sources that have to be built first.
const OTHER_EXTENSIONS: [&str; 4] = ["mts", "cts", "tsx", "jsx"];

/// The usual folders of build outputs, and those of sources.
const USUAL_FOLDERS: [&str; 7] = ["", "dist", "build", "out", "lib", "src", ".."];

/// The parts of HANDLER.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Spec {
    /// The file, as the user named it.
    pub(crate) file: PathBuf,
    /// The export; may be a path into an object: `api.orders`.
    pub(crate) export: String,
}

/// A handler that exists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Target {
    /// The file as the user named it.
    pub(crate) named: PathBuf,
    /// The file, absolute and without links, as Node itself names it.
    pub(crate) file: PathBuf,
    /// The same as text.
    pub(crate) file_text: String,
    /// The export.
    pub(crate) export: String,
    /// `LAMBDA_TASK_ROOT`: the folder of the package that the file is in.
    pub(crate) task_root: PathBuf,
    /// The root of the workspace that the package is in, or the package's.
    pub(crate) workspace: PathBuf,
    /// The name of the function: the file's name without its extension.
    pub(crate) function_name: String,
}

/// HANDLER does not name a Node.js handler.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    /// There is no such file.
    #[error("handler {} does not exist", .file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// Files with a similar name, the likeliest first.
        near: Vec<PathBuf>,
    },
    /// It is not a file.
    #[error("handler {} is not a file", .0.display())]
    NotAFile(PathBuf),
    /// It cannot be read.
    #[error("handler {} cannot be read", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The text after the colon is not the name of an export.
    #[error("{export:?} cannot be the name of an export of {}", .file.display())]
    Export {
        /// The file.
        file: PathBuf,
        /// The text that was given.
        export: String,
    },
    /// Its name cannot be passed to Node.
    #[error("the path of the handler {} is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// Source in a form that Lambda does not run.
    #[error("{} has to be built before it is run", .0.display())]
    NotBuilt(PathBuf),
    /// TypeScript, and a Node without type stripping.
    #[error("{} is TypeScript, which Node.js {version} does not run by itself", .file.display())]
    Types {
        /// The file.
        file: PathBuf,
        /// The Node that was found.
        version: NodeVersion,
    },
    /// A folder with a `package.json`.
    #[error("{} is a folder with a package.json, and which file is the handler is not known", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// A file in it that may be the handler.
        main: Option<PathBuf>,
    },
    /// AWS' client goes by names without extensions.
    #[error("aws-lambda-ric would not load {}: {why}", .file.display())]
    Client {
        /// The file.
        file: PathBuf,
        /// The behaviour of the client.
        why: String,
    },
}

impl TargetError {
    /// A hint with the remedy.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Missing { near, .. } if !near.is_empty() => {
                let near: Vec<String> =
                    near.iter().take(3).map(|file| file.display().to_string()).collect();
                format!("did you mean {}?", near.join(" or "))
            }
            Self::Missing { .. } => "check the path, or build the handler first".into(),
            Self::NotAFile(_) => "name the handler's file: FILE.js, .cjs, .mjs or .ts".into(),
            Self::Unreadable { .. } => "check its permissions".into(),
            Self::Export { file, .. } => {
                format!("write it as {}:NAME, or as NAME.NAME inside an object", file.display())
            }
            Self::NotUtf8(_) => "rename the file or its folder".into(),
            Self::NotBuilt(file) | Self::Types { file, .. } => {
                let built = file.file_stem().unwrap_or_default().to_string_lossy();
                let mut hint = format!(
                    "bundle it (esbuild {} --bundle --platform=node --sourcemap \
                     --outfile=dist/{built}.js) and run dist/{built}.js: what is found is shown at \
                     its place in the source",
                    file.display()
                );
                if matches!(self, Self::Types { .. }) {
                    hint.push_str("; or use Node.js 22.18, 23.6 or newer");
                }
                hint
            }
            Self::Folder { main: Some(main), .. } => {
                format!("name the file: loopcheck run {}", main.display())
            }
            Self::Folder { folder, .. } => {
                format!("name the file: loopcheck run {}", folder.join("FILE.js").display())
            }
            Self::Client { .. } => "leave out --ric, or rename the file as Lambda needs it".into(),
        }
    }
}

/// Splits HANDLER into its parts; `None` if it does not name a file for Node.js.
///
/// Only a last colon behind such a file begins an export, so that a colon in a folder, or behind
/// the letter of a drive, does not.
pub(crate) fn parse(handler: &Path) -> Option<Spec> {
    let whole = || Spec { file: handler.to_owned(), export: DEFAULT_EXPORT.to_owned() };
    let is_script = is_script(handler);
    if is_script && handler.is_file() {
        return Some(whole());
    }
    if let Some((file, export)) = handler.to_str().and_then(|text| text.rsplit_once(':'))
        && self::is_script(Path::new(file))
        && !export.contains(['/', '\\'])
    {
        return Some(Spec { file: file.into(), export: export.to_owned() });
    }
    is_script.then(whole)
}

/// A folder that holds a package for Node.js and none for cargo.
pub(crate) fn folder(folder: &Path) -> Option<TargetError> {
    if folder.join("Cargo.toml").exists() || !folder.join("package.json").exists() {
        return None;
    }
    let main = Manifest::read(folder).and_then(|manifest| manifest.main);
    let named = main.iter().map(|main| folder.join(main.trim_start_matches("./")));
    let usual = USUAL_FOLDERS
        .iter()
        .filter(|name| **name != "..")
        .flat_map(|name| ["index", "handler"].map(|stem| folder.join(name).join(stem)))
        .flat_map(|stem| EXTENSIONS.map(|extension| stem.with_extension(extension)));
    let main = named.chain(usual).find(|file| is_script(file) && file.is_file());
    Some(TargetError::Folder { folder: folder.to_owned(), main })
}

/// The file that a path which does not exist may mean, if it is a handler's name in Lambda's form,
/// `src/app.handler`.
pub(crate) fn as_in_lambda(path: &Path) -> Option<String> {
    let export = path.extension()?.to_str()?;
    let files = EXTENSIONS.iter().map(|extension| path.with_extension(extension));
    let file = files.into_iter().find(|file| file.is_file())?;
    Some(format!("{}:{export}", file.display()))
}

impl Target {
    /// Finds the file that HANDLER names, and the folders around it.
    pub(crate) fn find(spec: &Spec) -> Result<Self, TargetError> {
        let named = || spec.file.clone();
        let extension = spec.file.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| OTHER_EXTENSIONS.contains(&extension)) {
            return Err(TargetError::NotBuilt(named()));
        }
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                TargetError::Missing { file: named(), near: near(&spec.file) }
            }
            _ => TargetError::Unreadable { file: named(), source },
        };
        let file = fs::canonicalize(&spec.file).map_err(unreadable)?;
        if !file.is_file() {
            return Err(TargetError::NotAFile(named()));
        }
        fs::File::open(&file).map_err(unreadable)?;
        if !is_export(&spec.export) {
            return Err(TargetError::Export { file: named(), export: spec.export.clone() });
        }
        let text = file.to_str().ok_or_else(|| TargetError::NotUtf8(named()))?.to_owned();
        let task_root = task_root(&file);
        let name = spec.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            named: named(),
            workspace: workspace(&task_root),
            task_root,
            file_text: text,
            file,
            export: spec.export.clone(),
            function_name: name,
        })
    }

    /// Checks that this Node can load the file; `options` is the user's `NODE_OPTIONS`, which may
    /// bring a loader for TypeScript.
    pub(crate) fn check_types(
        &self,
        version: NodeVersion,
        options: Option<&str>,
    ) -> Result<(), TargetError> {
        const LOADERS: [&str; 7] = [
            "--experimental-strip-types",
            "--experimental-transform-types",
            "--import",
            "--require",
            "-r",
            "--loader",
            "--experimental-loader",
        ];
        let typed = self.file.extension().is_some_and(|extension| extension == "ts");
        let loaded = options
            .unwrap_or_default()
            .split_whitespace()
            .any(|option| LOADERS.contains(&option.split('=').next().unwrap_or(option)));
        if !typed || version.strips_types() || loaded {
            return Ok(());
        }
        Err(TargetError::Types { file: self.named.clone(), version })
    }

    /// Checks that AWS' own client would load this file for [`Target::handler`].
    pub(crate) fn check_client(&self) -> Result<(), TargetError> {
        let error = |why: String| Err(TargetError::Client { file: self.named.clone(), why });
        let extension = self.file.extension().and_then(|extension| extension.to_str());
        if extension == Some("ts") {
            return error("it loads .js, .mjs and .cjs only".into());
        }
        if self.file.file_stem().is_some_and(|stem| stem.to_string_lossy().contains('.')) {
            return error("it takes what follows the first dot of its name for the export".into());
        }
        let earlier = CLIENT_ORDER.iter().take_while(|other| Some(**other) != extension);
        let mut others = earlier.map(|other| self.named.with_extension(other));
        match others.find(|other| other.is_file()) {
            Some(other) => error(format!("it would take {} instead", other.display())),
            None => Ok(()),
        }
    }

    /// `_HANDLER`: the file as seen from the task root, without its extension, and the export.
    pub(crate) fn handler(&self) -> String {
        let stem = self.file.with_extension("");
        let below = stem.strip_prefix(&self.task_root).unwrap_or(&stem);
        format!("{}.{}", below.display(), self.export)
    }
}

fn is_script(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        EXTENSIONS.contains(&extension) || OTHER_EXTENSIONS.contains(&extension)
    })
}

fn is_export(export: &str) -> bool {
    export
        .split('.')
        .all(|name| !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control()))
}

/// The folder of the nearest named package above the file: a `package.json` without a name only
/// sets the type of the modules beside it.
fn task_root(file: &Path) -> PathBuf {
    let beside = file.parent().unwrap_or(Path::new("/"));
    let packages =
        || beside.ancestors().filter_map(|folder| Some((folder, Manifest::read(folder)?)));
    let named = packages().find(|(_, manifest)| manifest.name.is_some());
    let nearest = named.or_else(|| packages().next());
    nearest.map_or(beside, |(folder, _)| folder).to_owned()
}

/// The nearest folder from the package upwards that is the root of a workspace. Above a checkout
/// nothing belongs to it.
fn workspace(package: &Path) -> PathBuf {
    const MARKS: [&str; 5] =
        ["pnpm-workspace.yaml", "turbo.json", "nx.json", "lerna.json", "rush.json"];
    for folder in package.ancestors() {
        let marked = MARKS.iter().any(|mark| folder.join(mark).is_file());
        let listed = || Manifest::read(folder).is_some_and(|found| !found.workspaces.is_null());
        if marked || listed() {
            return folder.to_owned();
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    package.to_owned()
}

/// Existing files with a name similar to a missing one.
fn near(file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let stem = file.file_stem().unwrap_or_default();
    let mut found: Vec<PathBuf> = alike(folder, file);
    for name in USUAL_FOLDERS {
        let folder = if name.is_empty() { folder.to_owned() } else { folder.join(name) };
        let files = EXTENSIONS.map(|extension| folder.join(stem).with_extension(extension));
        found.extend(files.into_iter().filter(|file| file.is_file()));
    }
    found
}

/// Files in a folder whose name differs in case only.
fn alike(folder: &Path, file: &Path) -> Vec<PathBuf> {
    const MOST: usize = 1000;
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(listed).into_iter().flatten().flatten().take(MOST);
    let alike = entries
        .map(|entry| entry.file_name())
        .filter(|other| other.to_string_lossy().to_lowercase() == name);
    alike.map(|other| folder.join(other)).filter(|other| other != file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    #[test]
    fn handler_is_a_file_and_perhaps_an_export() {
        for (handler, file, export) in [
            ("a.js", "a.js", "handler"),
            ("./dist/a.mjs:main", "./dist/a.mjs", "main"),
            ("a.cjs:api.orders", "a.cjs", "api.orders"),
            ("a.ts:", "a.ts", ""),
            ("C:\\work\\a.js", "C:\\work\\a.js", "handler"),
            ("C:\\work\\a.js:main", "C:\\work\\a.js", "main"),
            ("C:/work/a.js:main", "C:/work/a.js", "main"),
            ("a:b/c.js", "a:b/c.js", "handler"),
            ("a.js:b/c.js", "a.js:b/c.js", "handler"),
            ("a.js:b/c.js:main", "a.js:b/c.js", "main"),
            ("a.b.js:main", "a.b.js", "main"),
            ("a.tsx", "a.tsx", "handler"),
        ] {
            let expected = Spec { file: file.into(), export: export.into() };
            assert_eq!(parse(Path::new(handler)), Some(expected), "{handler}");
        }
        for other in ["bootstrap", "a.json", "a.js/", "target/debug/a:b", "a.handler", ".js", ""] {
            let found = parse(Path::new(other));
            assert!(found.is_none() || other == "a.js/", "{other}: {found:?}");
        }
    }

    #[test]
    fn a_file_with_a_colon_in_its_name_is_itself() {
        let scratch = Scratch::new();
        let file = scratch.file("a.js:b.js", "", 0o644);
        assert_eq!(parse(&file).map(|spec| spec.file), Some(file));
    }

    fn target(path: &Path, export: &str) -> Result<Target, TargetError> {
        Target::find(&Spec { file: path.to_owned(), export: export.to_owned() })
    }

    #[test]
    fn the_folders_around_it_are_those_of_its_package_and_workspace() {
        let scratch = Scratch::new();
        let root = scratch.path();
        scratch.file("package.json", r#"{"workspaces":["packages/*"]}"#, 0o644);
        scratch.file("packages/a/package.json", r#"{"name":"a"}"#, 0o644);
        scratch.file("packages/a/dist/package.json", r#"{"type":"module"}"#, 0o644);
        let found = target(&scratch.file("packages/a/dist/app.js", "", 0o644), "x.y").unwrap();
        assert_eq!(found.task_root, root.join("packages/a"));
        assert_eq!(found.workspace, root);
        assert_eq!(found.handler(), "dist/app.x.y");
        assert_eq!(found.function_name, "app");
        // Without a package: the file's own folder; a checkout of its own ends the search.
        scratch.file("other/.git/HEAD", "", 0o644);
        scratch.file("other/package.json", "{}", 0o644);
        let found = target(&scratch.file("other/b/c.mjs", "", 0o644), "handler").unwrap();
        assert_eq!((found.task_root, found.workspace), (root.join("other"), root.join("other")));
        // As Node itself names it.
        std::os::unix::fs::symlink(root.join("other"), root.join("link")).unwrap();
        let found = target(&root.join("link/b/c.mjs"), "handler").unwrap();
        assert_eq!(found.file, root.join("other/b/c.mjs"));
    }

    #[test]
    fn a_missing_file_has_a_hint_of_what_is_near() {
        let scratch = Scratch::new();
        let root = scratch.path().to_owned();
        let hint = |name: &str| {
            let error = target(&root.join(name), "handler").unwrap_err();
            error.hint().replace(root.to_str().unwrap(), "")
        };
        scratch.file("dist/app.js", "", 0o644);
        scratch.file("src/app.ts", "", 0o644);
        scratch.file("Index.mjs", "", 0o644);
        assert_eq!(hint("app.js"), "did you mean /dist/app.js or /src/app.ts?");
        assert_eq!(hint("index.mjs"), "did you mean /Index.mjs?");
        assert_eq!(hint("Index.js"), "did you mean /Index.mjs?");
        assert_eq!(hint("none.js"), "check the path, or build the handler first");
        assert_eq!(hint("gone/none.js"), "check the path, or build the handler first");
        assert!(
            as_in_lambda(&root.join("src/app.main")).is_some_and(|h| h.ends_with("app.ts:main"))
        );
        assert_eq!(as_in_lambda(&root.join("src/none.main")), None);
    }

    #[test]
    fn what_is_no_handler_is_refused() {
        let scratch = Scratch::new();
        let file = scratch.file("a.js", "", 0o644);
        scratch.file("folder.js/x", "", 0o644);
        for export in ["", ".", "a.", "a b", "a..b"] {
            assert!(matches!(target(&file, export), Err(TargetError::Export { .. })), "{export}");
        }
        let folder = target(&scratch.path().join("folder.js"), "handler");
        assert!(matches!(folder, Err(TargetError::NotAFile(_))));
        let jsx = scratch.file("a.tsx", "", 0o644);
        let error = target(&jsx, "handler").unwrap_err();
        assert!(error.hint().contains("--outfile=dist/a.js"), "{}", error.hint());
    }

    #[test]
    fn a_folder_is_recognised_by_its_package() {
        let scratch = Scratch::new();
        let root = scratch.path();
        assert!(folder(root).is_none());
        scratch.file("package.json", r#"{"main":"./lib/app.js"}"#, 0o644);
        let hint = || folder(root).unwrap().hint().replace(root.to_str().unwrap(), "");
        assert_eq!(hint(), "name the file: loopcheck run /FILE.js");
        scratch.file("dist/index.mjs", "", 0o644);
        assert_eq!(hint(), "name the file: loopcheck run /dist/index.mjs");
        scratch.file("lib/app.js", "", 0o644);
        assert_eq!(hint(), "name the file: loopcheck run /lib/app.js");
        scratch.file("Cargo.toml", "", 0o644);
        assert!(folder(root).is_none());
    }

    #[test]
    fn typescript_needs_a_node_that_strips_types() {
        let scratch = Scratch::new();
        let typed = target(&scratch.file("a.ts", "", 0o644), "handler").unwrap();
        let old = NodeVersion::parse("v22.17.0").unwrap();
        let new = NodeVersion::parse("v22.18.0").unwrap();
        let error = typed.check_types(old, Some("--max-old-space-size=99")).unwrap_err();
        assert!(error.hint().contains("--sourcemap"), "{}", error.hint());
        assert!(error.hint().contains("22.18"), "{}", error.hint());
        assert!(typed.check_types(new, None).is_ok());
        assert!(typed.check_types(old, Some("--import=tsx")).is_ok());
        assert!(typed.check_types(old, Some("--experimental-strip-types")).is_ok());
        let plain = target(&scratch.file("b.js", "", 0o644), "handler").unwrap();
        assert!(plain.check_types(old, None).is_ok());
    }

    #[test]
    fn the_real_client_loads_by_name() {
        let scratch = Scratch::new();
        let check = |name: &str| {
            let found = target(&scratch.file(name, "", 0o644), "handler").unwrap();
            found.check_client().map_err(|error| error.to_string())
        };
        assert_eq!(check("a.mjs"), Ok(()));
        assert_eq!(check("a.js"), Ok(()));
        assert!(check("a.mjs").is_err_and(|error| error.contains("a.js instead")));
        assert!(check("b.ts").is_err_and(|error| error.contains(".mjs")));
        assert!(check("c.d.js").is_err_and(|error| error.contains("first dot")));
    }
}
