import Testing

/// Lists that the compiler does not hold, each against the files whose contents it has to name: who adds one of a kind and forgets
/// its list is told here.
@Suite("Lists that are written by hand")
struct ListLedgerTests {
    @Test func `every migration's file is run, in the order of the numbers`() throws {
        let files = try Repository.names(in: "Sources/Persistence/Migrations")
            .compactMap { $0.firstMatch(of: /^Migration(\d{4})\.swift$/).map { String($0.1) } }
        let list = try SourceFile(path: "Sources/Persistence/Migrations/Migration.swift")
        #expect(list.code.matches(of: /\bmigration(\d{4})\b/).map { String($0.1) } == files)
        #expect(!files.isEmpty)
    }

    @Test func `every endpoint of the management API is registered`() throws {
        let made = names(in: "HTTPAPI", /\bstruct (\w+): (?:Several)?Endpoint\b/)
        let list = try SourceFile(path: "Sources/HTTPAPI/Routes.swift")
        #expect(Set(list.code.matches(of: /\b(\w+)\.self\b/).map { String($0.1) }) == made)
        #expect(!made.isEmpty)
    }

    @Test func `every setting is in the list that flags, file, doctor and documents are held against`() throws {
        let file = try SourceFile(path: "Sources/Server/Configuration/ConfigurationKey.swift")
        let made = file.code.matches(of: /\bstatic let (\w+) = ConfigurationKey\(/).map { String($0.1) }
        let list = try #require(file.code.firstMatch(of: /static let all: \[ConfigurationKey\] = \[([^\]]*)\]/)).1
        #expect(Set(list.matches(of: /\w+/).map { String($0.0) }) == Set(made))
        #expect(!made.isEmpty)
    }

    @Test func `every type that says what templates read is held against reflection`() throws {
        let tried = try Repository.text(of: "Tests/WebConsoleTests/TemplateReadableTests.swift")
        for file in SourceFile.ours where file.target == "WebConsole" {
            for type in file.code.matches(of: /(?:extension|struct) ([\w.]+): TemplateReadable/).map(\.1) {
                #expect(tried.contains("\(type)(") || tried.contains("\(type)."), "\(type)")
            }
        }
    }

    @Test func `one file has something that a page shows without escaping it`() {
        let users = SourceFile.ours.filter { $0.code.contains(".markup(") && $0.target != "Templating" }
        #expect(users.map(\.path) == ["Sources/WebConsole/Pages/PageWriter.swift"])
    }

    @Test func `every template is one of a page or a part`() throws {
        let templates = try Repository.names(in: "Sources/WebConsole/Templates")
            .map { $0.replacing(".mustache", with: "").replacing("-", with: "_") }
        let list = try SourceFile(path: "Sources/WebConsole/Pages/PageTemplate.swift")
        let named = list.code.matches(of: /PackageResources\.(\w+)_mustache/).map { String($0.1) }
        #expect(named.sorted() == templates.sorted())
    }

    @Test func `every part is called by a template`() throws {
        let folder = "Sources/WebConsole/Templates"
        let texts = try Repository.names(in: folder).map { try Repository.text(of: "\(folder)/\($0)") }
        let called = Set(texts.flatMap { $0.matches(of: /\{\{> ?([\w-]+) ?\}\}/).map { String($0.1) } })
        let list = try SourceFile(path: "Sources/WebConsole/Pages/PageTemplate.swift")
        let parts = list.text.matches(of: /"([\w-]+)": text\(/).map { String($0.1) }
        // The layout calls the page's own template by this name.
        #expect(Set(parts).union(["page"]) == called)
    }

    @Test func `every step that removes what has expired is taken`() throws {
        let made = names(in: "Persistence", /\bfunc (sweep\w+)\(/)
        let takers = try ["Sources/Server/Maintenance/ExpirySweeper.swift", "Sources/Tokens/KeyRing.swift"]
            .map { try SourceFile(path: $0).code }
        #expect(Set(takers.flatMap { $0.matches(of: /\.(sweep\w+)\(/).map { String($0.1) } }) == made)
    }

    @Test func `every table has a stated bound (law 7)`() {
        let tables = SourceFile.ours.filter { $0.path.hasPrefix("Sources/Persistence/Migrations/") }
            .flatMap { $0.literals.flatMap { $0.matches(of: /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/) } }
        #expect(Set(tables.map { String($0.1) }) == Set(TableBound.all.keys))
        let swept = names(in: "Persistence", /\bfunc (sweep\w+)\(/)
        let said = TableBound.all.values.flatMap(\.steps)
        #expect(Set(said) == swept)
    }

    /// That a server tells all of them is for the tests of the server.
    @Test func `every metric is documented`() throws {
        let names = SourceFile.ours.filter {
            ["HTTPServing", "Server", "Verification", "WebConsole"].contains($0.target)
        }
        .flatMap { $0.literals.filter { $0.wholeMatch(of: /(?:claviger|process)_[a-z_]*[a-z]/) != nil } }
        // What introspection tells (docs/revocation.md).
        .filter { !["claviger_watch", "claviger_addresses", "claviger_age"].contains($0) }
        let documented = try Repository.text(of: "docs/metrics.md")
            .matches(of: /(?m)^\| `((?:claviger|process)_[a-z_]+)` \|/).map { String($0.1) }
        #expect(documented.sorted() == names.sorted())
    }

    @Test func `every alarm says what to do, and nothing is said of one that there is not`() throws {
        let rules = try Repository.text(of: "deploy/prometheus/rules.yml")
        let alarms = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
        let told = try Repository.text(of: "docs/operating-alarms.md").matches(of: /(?m)^## (\w+)$/).map {
            String($0.1)
        }
        #expect(told == alarms)
        let runbooks = rules.matches(of: /runbook: docs\/operating-alarms\.md#(\w+)/).map { String($0.1) }
        #expect(runbooks == alarms.map { $0.lowercased() })
        let tried = try Repository.text(of: "deploy/prometheus/rules.test.yml")
        for alarm in alarms { #expect(tried.matches(of: try Regex("alertname: \(alarm)\\b")).count == 2, "\(alarm)") }
        #expect(!alarms.isEmpty)
    }

    private func names(in target: String, _ declaration: Regex<(Substring, Substring)>) -> Set<String> {
        Set(
            SourceFile.ours.filter { $0.target == target }
                .flatMap { $0.code.matches(of: declaration).map { String($0.1) } })
    }
}

/// Why a table does not grow for ever.
private enum TableBound {
    /// Steps of the sweeper end its rows, besides what else does.
    case swept([String])
    /// Something else does, or there is no more than one for something that is bound.
    case bound(String)

    var steps: [String] {
        switch self {
        case .swept(let steps): steps
        case .bound: []
        }
    }

    static let all: [String: TableBound] = [
        "access_key": .bound("so many of a contact"),
        "account": .bound("made by the operator alone"),
        "address_link": .swept(["sweepAddressLinks"]),
        "api_key": .swept(["sweepAPIKeys"]),
        "app": .bound("so many of an account"),
        "audit_event": .swept(["sweepAuditEvents"]),
        "audit_leaf": .swept(["sweepAuditLeaves"]),
        "audit_log": .swept(["sweepAuditLogs"]),
        "audit_log_position": .bound("one row"),
        "audit_tile": .swept(["sweepAuditLogs"]),
        "authorization_code": .swept(["sweepAuthorizationCodes"]),
        "client_secret": .swept(["sweepClientSecrets"]),
        "connection": .bound("made by people who are signed in, or by the backend"),
        "connection_child": .bound("so many of a connection"),
        "connection_consent": .swept(["sweepConnectionConsents"]),
        "connection_event": .swept(["sweepConnectionEvents"]),
        "connection_health": .bound("one of a connection"),
        "connection_promise": .swept(["sweepPromises"]),
        "connection_secret": .swept(["sweepConnectionSecrets"]),
        "contact": .bound("so many of an organization"),
        "credential_network": .swept(["sweepCredentialNetworks"]),
        "data_key": .bound("few of a holder of sealed values"),
        "idempotent_reply": .swept(["sweepIdempotentReplies"]),
        "imported_hash": .bound("made by the operator alone"),
        "installation": .bound("one row"),
        "integration": .bound("so many of an account"),
        "key_ring": .swept(["sweepKeyRing"]),
        "lease": .bound("one for each name"),
        "lifecycle_event": .swept(["sweepLifecycleEvents"]),
        "lifecycle_progress": .bound("one for each thing that is looked through"),
        "master_key": .bound("one for each master key"),
        "master_key_holder": .swept(["sweepMasterKeyHolders"]),
        "member": .bound("made by people who are signed in, or by the backend"),
        "member_network": .bound("so many of a member"),
        "member_session": .swept(["sweepMemberSessions"]),
        "node": .swept(["sweepNodes"]),
        "one_time_link": .swept(["sweepOneTimeLinks"]),
        "organization": .bound("made by people who are signed in, or by the backend"),
        "organization_key": .bound("one of an organization"),
        "provider_access": .bound("made by the operator alone"),
        "provider_access_secret": .swept(["sweepProviderAccessSecrets"]),
        "provider_push": .swept(["sweepProviderPushes"]),
        "rate_count": .swept(["sweepRateCounts"]),
        "recovery_code": .bound("so many of a member"),
        "refresh_lineage": .swept(["sweepLineages"]),
        "refusal": .swept(["sweepRefusals"]),
        "renewal_attempt": .swept(["sweepRenewalAttempts"]),
        "resource_server": .bound("made by the operator alone"),
        "revoked_token": .swept(["sweepRevokedTokens"]),
        "schema_migration": .bound("one for each migration"),
        "second_factor": .bound("one of a member"),
        "secret_look": .swept(["sweepLooks"]),
        "shredding_receipt": .swept(["sweepShreddingReceipts"]),
        "sign_in_attempts": .swept(["sweepSignInAttempts"]),
        "usage_agent": .swept(["sweepAgents"]),
        "usage_callers": .swept(["sweepCallers"]),
        "usage_cell": .swept(["sweepUsage"]),
        "usage_receipt": .swept(["sweepUsageReceipts"]),
        "user_grant": .bound("one for each user and app"),
        "webhook_allowance": .bound("one of an account"),
        "webhook_attempt": .swept(["sweepWebhookAttempts"]),
        "notice_mail": .bound("one for each member"),
        "webhook_delivery": .swept(["sweepWebhookDeliveries"]),
        "webhook_endpoint": .bound("so many of an account"),
        "webhook_header": .bound("one of an endpoint"),
        "webhook_secret": .swept(["sweepWebhookSecrets"]),
    ]
}
