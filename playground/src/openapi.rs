//! Checks against Discord's own OpenAPI document.
