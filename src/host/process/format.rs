//! The format of a file that should be a program, recognised by its first bytes.
//!
//! Only looked at to explain: the kernel alone decides what it executes.

use std::env::consts::ARCH;
use std::fmt;
use std::ops::Range;

/// The number of bytes of a file that are enough for that.
pub(super) const HEAD: usize = 4096;

/// A reason why this machine does not execute a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Misfit {
    /// Built for another architecture.
    Architecture(&'static str),
    /// Built for another operating system.
    System(&'static str),
    /// Compiled, but not linked.
    Object,
    /// No bytes at all.
    Empty,
    /// Text that does not say which interpreter it is for.
    ScriptWithoutInterpreter,
    /// Something else.
    Unknown,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Architecture(built_for) => {
                write!(f, "it is built for {built_for}, this machine is {ARCH}")
            }
            Self::System(system) => write!(f, "it is a program for {system}"),
            Self::Object => f.write_str("it is an object file, not a linked program"),
            Self::Empty => f.write_str("it is empty"),
            Self::ScriptWithoutInterpreter => {
                f.write_str("it is text that does not begin with #! and an interpreter")
            }
            Self::Unknown => f.write_str("it is neither a program nor a script"),
        }
    }
}

impl Misfit {
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Architecture(_) | Self::System(_) => {
                "build the handler for this machine; loopcheck runs it here, not on Lambda"
            }
            Self::Object | Self::Unknown | Self::Empty => "name the handler's executable",
            Self::ScriptWithoutInterpreter => {
                "name the handler's executable, or begin the script with a line such as #!/bin/sh"
            }
        }
    }
}

/// Returns the format of a file that this machine certainly does not execute by itself.
pub(super) fn misfit(head: &[u8]) -> Option<Misfit> {
    if let Some(elf) = Elf::read(head) {
        return elf.misfit();
    }
    Some(match head {
        [] => Misfit::Empty,
        [b'#', b'!', ..] => return None,
        [b'M', b'Z', ..] => Misfit::System("Windows"),
        [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] | [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => {
            Misfit::System("macOS")
        }
        [0xCA, 0xFE, 0xBA, 0xBE, ..] => Misfit::System("macOS or the Java virtual machine"),
        [0, b'a', b's', b'm', ..] => Misfit::System("WebAssembly"),
        text if !text.contains(&0) => Misfit::ScriptWithoutInterpreter,
        _ => Misfit::Unknown,
    })
}

/// Returns what the file needs besides itself: a script's interpreter or a program's loader.
pub(super) fn interpreter(head: &[u8]) -> Option<String> {
    if let Some(line) = head.strip_prefix(b"#!") {
        let line = line.split(|byte| *byte == b'\n').next()?.trim_ascii();
        let path = line.split(u8::is_ascii_whitespace).next()?;
        return (!path.is_empty()).then(|| String::from_utf8_lossy(path).into_owned());
    }
    Elf::read(head)?.loader()
}

/// The header of an ELF file.
struct Elf<'a> {
    head: &'a [u8],
    little_endian: bool,
    wide: bool,
}

impl<'a> Elf<'a> {
    fn read(head: &'a [u8]) -> Option<Self> {
        head.starts_with(b"\x7fELF").then(|| Self {
            head,
            wide: head.get(4) == Some(&2),
            little_endian: head.get(5) != Some(&2),
        })
    }

    fn misfit(&self) -> Option<Misfit> {
        const OBJECT: usize = 1;
        let (Some(kind), Some(machine)) = (self.number(16..18), self.number(18..20)) else {
            return Some(Misfit::Unknown);
        };
        if !self.may_run(machine) {
            return Some(Misfit::Architecture(self.architecture(machine)));
        }
        (kind == OBJECT).then_some(Misfit::Object)
    }

    /// Kernels of both big architectures may run their 32-bit ancestors as well.
    fn may_run(&self, machine: usize) -> bool {
        match ARCH {
            "x86_64" => matches!(machine, 62 | 3),
            "aarch64" => self.little_endian && matches!(machine, 183 | 40),
            // Not in our table: let the kernel decide.
            _ => true,
        }
    }

    fn architecture(&self, machine: usize) -> &'static str {
        match (machine, self.wide, self.little_endian) {
            (3, ..) => "x86",
            (8, ..) => "mips",
            (20, ..) => "powerpc",
            (21, _, true) => "powerpc64le",
            (21, _, false) => "powerpc64",
            (22, ..) => "s390x",
            (40, ..) => "arm",
            (62, ..) => "x86_64",
            (183, ..) => "aarch64",
            (243, true, _) => "riscv64",
            (243, false, _) => "riscv32",
            (247, ..) => "bpf",
            (258, ..) => "loongarch64",
            _ => "another architecture",
        }
    }

    /// The path in the `PT_INTERP` segment; a 32-bit program's is not looked for.
    fn loader(&self) -> Option<String> {
        const INTERPRETER: usize = 3;
        if !self.wide {
            return None;
        }
        let table = self.number(32..40)?;
        let (size, count) = (self.number(54..56)?, self.number(56..58)?);
        let segment = (0..count)
            .map(|index| table.saturating_add(index * size))
            .find(|at| self.number(*at..at.saturating_add(4)) == Some(INTERPRETER))?;
        let start = self.number(segment + 8..segment + 16)?;
        let length = self.number(segment + 32..segment + 40)?;
        let path = self.head.get(start..start.checked_add(length)?)?;
        let path = path.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(path).into_owned())
    }

    fn number(&self, range: Range<usize>) -> Option<usize> {
        let bytes = self.head.get(range)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = if self.little_endian {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        };
        usize::try_from(number).ok()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A header as far as it is read, for a machine that this one is not.
    pub(in super::super) fn foreign_elf() -> (Vec<u8>, &'static str) {
        if ARCH == "aarch64" {
            (elf(2, 62, true), "x86_64")
        } else {
            (elf(2, 183, true), "aarch64")
        }
    }

    fn elf(kind: u16, machine: u16, little_endian: bool) -> Vec<u8> {
        let bytes = |n: u16| if little_endian { n.to_le_bytes() } else { n.to_be_bytes() };
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head[5] = if little_endian { 1 } else { 2 };
        head.resize(16, 0);
        head.extend(bytes(kind));
        head.extend(bytes(machine));
        head.resize(64, 0);
        head
    }

    #[test]
    fn another_architecture_is_named() {
        let (head, name) = foreign_elf();
        let misfit = misfit(&head).unwrap();
        assert_eq!(misfit, Misfit::Architecture(name));
        assert_eq!(misfit.to_string(), format!("it is built for {name}, this machine is {ARCH}"));
        assert_eq!(super::misfit(&elf(2, 22, false)), Some(Misfit::Architecture("s390x")));
    }

    #[test]
    fn other_formats_are_distinguished() {
        for (head, what) in [
            (&b""[..], Misfit::Empty),
            (b"MZ\x90\0", Misfit::System("Windows")),
            (b"\xcf\xfa\xed\xfe\x07\0", Misfit::System("macOS")),
            (b"\0asm\x01\0\0\0", Misfit::System("WebAssembly")),
            (b"echo hello\n", Misfit::ScriptWithoutInterpreter),
            (b"\x01\0\x02", Misfit::Unknown),
            (b"\x7fELF", Misfit::Unknown),
        ] {
            assert_eq!(misfit(head), Some(what), "{head:?}");
        }
        assert_eq!(misfit(b"#!/bin/sh\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_program_fits() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(misfit(&program[..HEAD]), None);
        if let Some(loader) = interpreter(&program[..HEAD]) {
            assert!(std::path::Path::new(&loader).exists(), "{loader}");
        }
    }

    #[test]
    fn a_script_names_its_interpreter() {
        for (head, path) in [
            (&b"#!/bin/sh\necho"[..], Some("/bin/sh")),
            (b"#! /usr/bin/env python3\n", Some("/usr/bin/env")),
            (b"#!/bin/sh", Some("/bin/sh")),
            (b"#!\n", None),
            (b"echo", None),
        ] {
            assert_eq!(interpreter(head).as_deref(), path, "{head:?}");
        }
    }

    #[test]
    fn a_hostile_header_is_not_followed() {
        let mut head = elf(2, 62, true);
        head[32..40].fill(0xFF);
        head[54..58].fill(0xFF);
        assert_eq!(interpreter(&head), None);
    }
}
