//! The trail and its roots: read, signed, verified, sampled, and taken away as a pack.

pub mod audit_pack;
pub mod check_pack;
pub mod draw_sample;
pub mod make_pack;
pub mod read_evidence;
pub mod read_sheet;
pub mod read_trail;
pub mod sign_roots;
pub mod verify_audit;
