//! `.env.template`: the list of settings, printed for the person who fills it in.

use std::fmt::Write;

use super::settings::{GROUPS, Setting};

const HEAD: &str = "\
# Troupe's settings. Copy this file to .env and change what you need: every line below stands at
# its default. To try Troupe out, none is needed: `cargo run` starts a local Discord.
#
# The environment wins over this file. A value with spaces, # or $ belongs in 'single quotes'.
# Each setting can also come from a file, which is the better way for secrets: NAME_FILE=/the/path.
# A setting that can't be used stops the start, with its name and an example, never its value.
";

/// The text of `.env.template`: every setting, commented, at its default, with why.
#[must_use]
pub fn template() -> String {
    let mut text = HEAD.to_owned();
    for group in GROUPS {
        let _ =
            write!(text, "\n{rule}\n### {} ###\n{rule}\n", group.title, rule = rule(group.title));
        for setting in group.settings {
            write_setting(&mut text, setting);
        }
    }
    text
}

fn write_setting(text: &mut String, setting: &Setting) {
    text.push('\n');
    for line in setting.doc.lines() {
        let _ = writeln!(text, "## {line}");
    }
    let _ = match setting.default {
        Some(default) if default == setting.example => {
            writeln!(text, "# {setting}={default}")
        }
        Some(default) => writeln!(text, "## Such as: {}\n# {setting}={default}", setting.example),
        None => writeln!(text, "## Such as: {}\n# {setting}=", setting.example),
    };
}

fn rule(title: &str) -> String {
    "#".repeat(title.len() + 8)
}
