//! Which job makes the channel of a name. A claim is made once and passes on only from the job that holds it.

use sqlx::Row;

use super::Db;

/// Who has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChannelClaim {
    /// The job.
    pub(crate) job: String,
    /// A hash of what it makes.
    pub(crate) definition: String,
}

const PUT: &str = "INSERT INTO channel_claims (id, job, definition) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
const GET: &str = "SELECT job, definition FROM channel_claims WHERE id = $1";
const PASS: &str = "UPDATE channel_claims SET job = $3, definition = $4 WHERE id = $1 AND job = $2";

impl Db {
    /// Claims a name, or tells who has it.
    pub(crate) async fn claim_channel(&self, id: &str, wanted: &ChannelClaim) -> sqlx::Result<ChannelClaim> {
        sqlx::query(PUT).bind(id).bind(&wanted.job).bind(&wanted.definition).execute(&self.write).await?;
        let row = sqlx::query(GET).bind(id).fetch_one(&self.write).await?;
        Ok(ChannelClaim { job: row.try_get("job")?, definition: row.try_get("definition")? })
    }

    /// Who has a name.
    pub(crate) async fn channel_claim(&self, id: &str) -> sqlx::Result<Option<ChannelClaim>> {
        let row = sqlx::query(GET).bind(id).fetch_optional(&self.read).await?;
        row.map(|row| Ok(ChannelClaim { job: row.try_get("job")?, definition: row.try_get("definition")? })).transpose()
    }

    /// Passes a name on from the job that has it; `false` where another one has it by now.
    pub(crate) async fn pass_channel(&self, id: &str, from: &str, to: &ChannelClaim) -> sqlx::Result<bool> {
        let query = sqlx::query(PASS).bind(id).bind(from).bind(&to.job).bind(&to.definition);
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }
}
