use super::*;

#[test]
fn it_opens() {
    assert!(SIZE.width > 0.0);
}
