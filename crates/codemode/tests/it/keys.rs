//! The table of settings holds together.

use codemode::config::keys::{GROUPS, KEYS, Key};
use codemode::config::{Layers, Settings};
use codemode_run::Limits;

#[test]
fn every_default_is_a_value_of_its_kind() {
    let layers = Layers::default();
    let missing: Vec<&str> =
        KEYS.iter().filter(|key| layers.get(key).is_none()).map(|key| key.name).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_key_has_a_group_an_own_name_and_an_own_variable() {
    let mut names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names.dedup();
    let mut variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
    variables.sort_unstable();
    variables.dedup();
    assert_eq!((names.len(), variables.len()), (KEYS.len(), KEYS.len()));
    let grouped = KEYS.iter().filter(|key| GROUPS.iter().any(|(group, _)| *group == key.parts().0));
    assert_eq!(grouped.count(), KEYS.len());
}

#[test]
fn the_defaults_of_the_table_are_those_of_the_limits() {
    assert_eq!(Settings::new(&Layers::default()).unwrap().limits, Limits::default());
}

#[test]
fn the_older_name_of_the_wall_clock_wins_when_it_is_set() {
    let mut layers = Layers::default();
    layers.set_flag("limits.wall=20").unwrap();
    assert_eq!(Settings::new(&layers).unwrap().limits.wall.as_secs(), 20);
    layers.set_flag("default_timeout=30").unwrap();
    assert_eq!(Settings::new(&layers).unwrap().limits.wall.as_secs(), 30);
}
