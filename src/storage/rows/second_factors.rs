//! Second factors: sealed secrets, the last step taken, and hashed recovery codes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::users::instant;
use crate::domain::ids::UserId;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{recovery_code, second_factor};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub user: UserId,
    /// Opened with a key that is not in the database.
    pub sealed_secret: String,
    pub created_at: DateTime<Utc>,
    /// From then on it is asked for.
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub fn of(connection: &mut AnyConnection, user: UserId) -> StorageResult<Option<SecondFactor>> {
    let row: Option<(String, i64, Option<i64>)> = second_factor::table
        .find(user.0)
        .select((second_factor::sealed_secret, second_factor::created_at, second_factor::confirmed_at))
        .first(connection)
        .optional()?;
    Ok(row.map(|(sealed_secret, created_at, confirmed_at)| SecondFactor {
        user,
        sealed_secret,
        created_at: instant(created_at),
        confirmed_at: confirmed_at.map(instant),
    }))
}

/// Everyone who has one that is confirmed.
pub fn owners(connection: &mut AnyConnection) -> StorageResult<BTreeSet<UserId>> {
    let ids: Vec<i64> = second_factor::table
        .filter(second_factor::confirmed_at.is_not_null())
        .select(second_factor::user_id)
        .load(connection)?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Begins anew: what was there before is replaced.
pub fn begin(
    connection: &mut AnyConnection,
    user: UserId,
    sealed_secret: &str,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    remove(connection, user)?;
    diesel::insert_into(second_factor::table)
        .values((
            second_factor::user_id.eq(user.0),
            second_factor::sealed_secret.eq(sealed_secret),
            second_factor::created_at.eq(now.timestamp()),
            second_factor::last_step.eq(0_i64),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn confirm(connection: &mut AnyConnection, user: UserId, now: DateTime<Utc>) -> StorageResult<()> {
    diesel::update(second_factor::table.find(user.0))
        .set(second_factor::confirmed_at.eq(Some(now.timestamp())))
        .execute(connection)?;
    Ok(())
}

/// Takes the code of `step`; false where this step's, or a later one's, was taken before.
pub fn take_step(connection: &mut AnyConnection, user: UserId, step: i64) -> StorageResult<bool> {
    let older = second_factor::table.filter(second_factor::user_id.eq(user.0).and(second_factor::last_step.lt(step)));
    Ok(diesel::update(older).set(second_factor::last_step.eq(step)).execute(connection)? > 0)
}

/// Removes the factor and its recovery codes; false where there was none.
pub fn remove(connection: &mut AnyConnection, user: UserId) -> StorageResult<bool> {
    diesel::delete(recovery_code::table.filter(recovery_code::user_id.eq(user.0))).execute(connection)?;
    Ok(diesel::delete(second_factor::table.find(user.0)).execute(connection)? > 0)
}

/// Replaces the recovery codes by those with these hashes.
pub fn set_recovery_codes(connection: &mut AnyConnection, user: UserId, hashes: &[String]) -> StorageResult<()> {
    diesel::delete(recovery_code::table.filter(recovery_code::user_id.eq(user.0))).execute(connection)?;
    for hash in hashes {
        diesel::insert_into(recovery_code::table)
            .values((recovery_code::user_id.eq(user.0), recovery_code::code_hash.eq(hash)))
            .execute(connection)?;
    }
    Ok(())
}

/// Uses a recovery code up; false where there is none such, or it was used before.
pub fn use_recovery_code(
    connection: &mut AnyConnection,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> StorageResult<bool> {
    let unused = recovery_code::table.filter(
        recovery_code::user_id.eq(user.0).and(recovery_code::code_hash.eq(hash)).and(recovery_code::used_at.is_null()),
    );
    Ok(diesel::update(unused).set(recovery_code::used_at.eq(Some(now.timestamp()))).execute(connection)? > 0)
}

/// How many recovery codes are left.
pub fn recovery_codes_left(connection: &mut AnyConnection, user: UserId) -> StorageResult<i64> {
    let unused = recovery_code::table.filter(recovery_code::user_id.eq(user.0).and(recovery_code::used_at.is_null()));
    Ok(unused.count().get_result(connection)?)
}
