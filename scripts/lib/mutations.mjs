/** Rules of the outbox that can be broken on purpose. */

/** @typedef {{ breaks: string, file: string, from: string, to: string }} Mutation `breaks`: the rule; `from` stands once in the file, below `crates/core/src/outbox` */

/** @type {Mutation[]} */
export const mutations = [
  {
    breaks: "what could not be stored is not promised to be on disk (1)",
    file: "storing.rs",
    from: "self.ended(store, Durability::Memory);",
    to: "self.ended(store, Durability::Disk);",
  },
  {
    breaks: "an older record that turns up after a delivery is superseded, not sent (2)",
    file: "answering.rs",
    from: "writes.push(Write::put(Table::Delivered, self.row_key(key), entry.clock.to_text()));",
    to: "",
  },
  {
    breaks: "a holder whose lock was stolen aborts and begins nothing (2)",
    file: "locking.rs",
    from: "Sender::Holding { .. } => self.lose(),",
    to: "Sender::Holding { .. } => {}",
  },
  {
    breaks: "a withdrawal has resolved only when no tab is about to send (3)",
    file: "consenting.rs",
    from: "self.withdrawals.push(Withdrawal { stored_at: self.next_id, ..withdrawal });",
    to: "self.settle(withdrawal.call, Outcome::Done);",
  },
  {
    breaks: "no request leaves inside a Retry-After window",
    file: "sending.rs",
    from: "self.next_try.max(self.pause) <= self.now.mono;",
    to: "self.next_try <= self.now.mono;",
  },
];
