//! Personal data in text, through the public interface.

mod mixed;
mod properties;
