{
    "name": "Global PRS",
    "summary": "Receives events, tickets and registrations from the Global PRS platform",
    "version": "17.0.1.1.0",
    "category": "Marketing/Events",
    "author": "Global PRS",
    "license": "AGPL-3",
    "depends": ["event"],
    "data": [
        "security/global_prs_security.xml",
        "security/ir.model.access.csv",
        "views/event_event_views.xml",
        "views/event_registration_views.xml",
    ],
}
