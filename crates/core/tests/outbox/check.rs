//! What must hold in the end: nothing promised is missing, nothing came from nowhere.

use crate::world::World;

/// I1, I2, I5: after the faults have stopped and everything was given time.
pub fn at_rest(world: &World) -> Result<(), String> {
    for tab in world.tabs.values() {
        if tab.outbox.pending() > 0 {
            return Err(format!("{} keys still wait in tab {}", tab.outbox.pending(), tab.id));
        }
    }
    if world.storage.wanted_records() > 0 {
        return Err(format!("{} records are left in the journal", world.storage.wanted_records()));
    }
    if world.storage.states("hook/") > 0 {
        return Err("events of deliveries are left in the journal".into());
    }
    for (value, told) in &world.model.told {
        if !told.promised || world.model.is_withdrawn(told, world.storage.epoch(&told.purpose)) {
            continue;
        }
        // What was replaced in the task that set it is in no record: it went with what replaced it.
        let gone = told.clock.map_or(world.model.logouts > 0, |at| at <= world.model.latest_end);
        if gone || (world.storage.refused && world.model.logouts > 0) {
            continue;
        }
        // A page that states that it is not granted takes back what another page has stated.
        if world.contradicts && told.purpose == "service" {
            continue;
        }
        let Some(last) = world.server.attributes.get(&told.key) else {
            return Err(format!("{value} of {} was promised and never arrived", told.key));
        };
        let clock = world.model.clock(last).ok_or_else(|| format!("the server holds {last}, which no record ever held"))?;
        if Some(clock) < told.clock && !world.storage.refused {
            return Err(format!("{value} of {} was promised, and the server holds the older {last}", told.key));
        }
    }
    for (key, value) in &world.server.attributes {
        if key != "agent" && world.model.told.get(value).is_none_or(|told| told.key != *key) {
            return Err(format!("the server holds {value} for {key}, which nobody set"));
        }
    }
    Ok(())
}
