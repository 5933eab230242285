//! The payload of the design document on provisioning, as it stands there.

use serde_json::{Value, json};

pub(crate) fn example() -> Value {
    json!({
        "name": "Enterprise Support Portal Widget",
        "description": "Primary web messaging channel for customer support",
        "webMessagingWidgetConfiguration": {
            "widgetId": "widget-prod-001",
            "theme": "default",
            "customAttributes": {"department": "support", "priority": "high", "region": "na"},
        },
        "securityPolicy": {
            "enabled": true,
            "allowedOrigins": ["https://support.example.com", "https://portal.example.com"],
            "requireConsent": true,
        },
        "routingConfiguration": {"queueId": "12345-67890-abcde-fghij"},
    })
}
