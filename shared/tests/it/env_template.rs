//! `.env.template` is the list of settings, printed.

use std::{fs, path::Path};

use shared::config::{self, Environment, Mode, settings};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.template");

#[test]
fn the_template_is_the_list_of_settings() {
    let expected = config::template();
    let found = fs::read_to_string(TEMPLATE).unwrap_or_default();
    if found != expected {
        let renewed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("env.template");
        fs::write(&renewed, expected).unwrap();
        panic!(
            ".env.template is not what the settings say: cp {} .env.template",
            renewed.display()
        );
    }
}

#[test]
fn every_setting_stands_once_commented_at_its_default_with_why() {
    let template = fs::read_to_string(TEMPLATE).unwrap();
    for setting in settings::all() {
        let line = format!("# {}={}", setting.name, setting.default.unwrap_or_default());
        let at: Vec<_> = template.lines().enumerate().filter(|(_, l)| *l == line).collect();
        assert_eq!(at.len(), 1, "{line}");
        let above = template.lines().nth(at[0].0 - 1).unwrap();
        assert!(above.starts_with("## "), "{line} without why");
    }
    let set = template.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
    assert_eq!(set, 0, "the template sets something");
}

/// Taking the comment marks away changes nothing: what stands there are the defaults. Only the local mode
/// notices that the model's address was set: then it is wanted, and the stand-in is not.
#[test]
fn the_template_uncommented_is_the_defaults() {
    let template = fs::read_to_string(TEMPLATE).unwrap();
    let pairs = template
        .lines()
        .filter_map(|line| line.strip_prefix("# ")?.split_once('='))
        .filter(|(name, _)| settings::all().any(|setting| setting.name == *name))
        .filter(|(_, value)| !value.is_empty());
    let mut uncommented = config::for_troupe(&Environment::from_pairs(pairs), false).unwrap();
    if let Mode::Local { real_model, .. } = &mut uncommented.mode {
        assert!(std::mem::take(real_model));
    }
    let untouched = config::for_troupe(&Environment::default(), false).unwrap();
    assert_eq!(format!("{uncommented:?}"), format!("{untouched:?}"));
}
