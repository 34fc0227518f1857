import Testing

@testable import WebConsole

/// Some lines of the ledger that are held together. Each part is a test of its own, and short: who signs in for it proves who
/// they are at its beginning, and some pages ask that this was just now.
struct LedgerPart: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let lines: [PageLine]

    /// Those of a product with many integrations in an organization.
    static let ofMany = [
        LedgerPart(
            testDescription: "every section",
            lines: [
                PageLine(.overview, PageLine.readers), PageLine(.choice, PageLine.readers),
                PageLine(.find, PageLine.readers),
                // Nothing is found.
                PageLine(.post, .find, PageLine.readers, fields: [("credential", "key_0000000000000000000001")]),
            ]),
        LedgerPart(testDescription: "integrations", lines: PageLine.integrations),
        LedgerPart(testDescription: "API keys", lines: PageLine.apiKeys),
        LedgerPart(testDescription: "apps", lines: PageLine.apps),
        LedgerPart(testDescription: "consents", lines: PageLine.consents),
        LedgerPart(testDescription: "contacts", lines: PageLine.contacts),
        LedgerPart(testDescription: "people", lines: PageLine.people),
        LedgerPart(testDescription: "organizations", lines: PageLine.organizations),
        LedgerPart(testDescription: "webhooks", lines: PageLine.webhooks),
        LedgerPart(testDescription: "audit log", lines: PageLine.auditLog),
    ]
}
