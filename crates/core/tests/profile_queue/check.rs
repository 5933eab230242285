//! What must hold when the faults have stopped and everything has come to rest.

use guestsync_core::profile::Letter;

use crate::schedule::Form;
use crate::server::Server;

pub fn at_rest(forms: &[Form], server: &Server, letters: &[Letter]) -> Result<(), String> {
    for form in forms.iter().filter(|form| matches!(form.answer, Some(200 | 202))) {
        for (name, value) in &form.fields {
            let member = (form.guest.clone(), format!("/{name}"));
            let there = server.profiles.get(&member).copied().unwrap_or(0);
            let is_letter = || {
                letters.iter().any(|letter| letter.guest == form.guest && letter.fields.contains(&member.1) && letter.status != 0)
            };
            // A later form for the same member counts instead, even one that was refused.
            let superseded = || {
                forms.iter().any(|later| {
                    later.guest == form.guest && later.fields.iter().any(|(of, newer)| of == name && newer > value && is_letter())
                })
            };
            if there < *value && !is_letter() && !superseded() {
                return Err(format!("I1: {member:?} ends at {there}, {value} was answered with {:?}", form.answer));
            }
        }
    }
    for (member, value) in &server.profiles {
        let submitted = |form: &Form| {
            form.guest == member.0 && form.fields.iter().any(|(name, of)| of == value && member.1 == format!("/{name}"))
        };
        if !forms.iter().any(submitted) {
            return Err(format!("I2: {member:?} holds {value}, which nobody submitted"));
        }
    }
    if let Some(letter) = letters.iter().find(|letter| letter.status == 0) {
        return Err(format!("I5: {} still waits", letter.key));
    }
    Ok(())
}
