import Connections
import CredentialFormat
import Model
import Persistence
import ProductDefinition
import ProviderDefinition

/// What is known of one connection, as panels of its page.
struct ConnectionPanels: Sendable {
    let details: ConnectionDetails
    let words: ConnectionWords
    let entered: ConsoleVisit

    private var connection: Connection { details.connection }
    private var now: Instant { entered.now }

    var all: [DetailPanel] {
        [facts, missing, children, rights, receipts].compactMap(\.self)
    }

    private var facts: DetailPanel {
        let reason = [words.reason, words.providersCode].compactMap(\.self).joined(separator: " ")
        let all = [
            Fact(
                term: "Status", text: words.badge?.words ?? "Active",
                under: reason.isEmpty ? nil : reason),
            fact("Next renewal", words.renewal),
            fact("Last proof", ConnectionWords.proof(details.listed.provenAt, now: now)),
            connection.status == .disconnected
                ? nil
                : words.end.map { end in
                    Fact(
                        term: "Ends", time: TimeWords(end, now: now, words: "on \(DateWords.shortDay(end, now: now))"),
                        under: "unless somebody signs in again before")
                } ?? Fact(term: "Ends", text: "No end in sight"),
            Fact(term: "At", text: words.provider),
            connection.metadata["account_id"].map { id in
                Fact(term: "Their ID at \(words.provider)", text: id, isCode: true, isCopied: true)
            },
            Fact(term: "ID", text: connection.id.description, isCode: true, isCopied: true),
            Fact(term: entered.words[.organization].capitalized, text: details.listed.organizationName),
            Fact(term: "Created", time: TimeWords(connection.createdAt, now: now)),
            connection.clocks.consentedAt.map { Fact(term: "Last signed in", time: TimeWords($0, now: now)) },
        ]
        return DetailPanel("facts", "Details", facts: all.compactMap(\.self), actions: actions)
    }

    private func fact(_ term: String, _ cell: ListPage.Cell) -> Fact {
        Fact(term: term, text: cell.text ?? "", time: cell.time)
    }

    private var actions: [DetailAction] {
        guard entered.may(.connectionsManage), connection.status != .disconnected else { return [] }
        let (id, name) = (connection.id.description, connection.name)
        func form(_ page: ConsolePage) -> RowMenu.Form {
            RowMenu.Form(action: entered.link(page, id), token: entered.token(sentTo: page, id), fields: [])
        }
        let trial = DetailAction(words: "Try now", of: name, form: form(.renewConnection))
        return (words.mayBeTriedNow ? [trial] : []) + [
            DetailAction(words: "Sign in again", of: name, form: form(.reconnect)),
            DetailAction(words: "Disconnect", of: name, address: entered.link(.disconnect, id), isDanger: true),
        ]
    }

    /// What was asked for and not allowed.
    private var missing: DetailPanel? {
        guard !words.missingScopes.isEmpty, connection.status != .disconnected else { return nil }
        return DetailPanel(
            "missing", "Not allowed",
            words: """
                \(entered.product.name) asked for this as well, and it was left out at \(words.provider). What needs it won’t \
                work; sign in again to allow it.
                """, listed: words.missingScopes.map { ListedFact(words: "", code: $0, isDanger: false) })
    }

    private var children: DetailPanel? {
        guard !details.children.isEmpty else { return nil }
        let rows = details.children.map { child in
            DetailTable.Row(
                name: child.name ?? child.identifier, isCode: child.name == nil, badge: nil,
                status: ConnectionWords.kind(child.kind).capitalizedFirst,
                cells: [
                    ListPage.Cell(text: child.identifier), ListPage.Cell(time: TimeWords(child.seenAt, now: now)),
                ], actions: [])
        }
        return DetailPanel(
            "children", "Below it",
            rows: DetailTable(
                caption: "Below it", columns: ["Name", "Kind", "ID at \(words.provider)", "Last seen"], rows: rows,
                nextLink: nil))
    }

    private var rights: DetailPanel? {
        guard !connection.scopes.isEmpty, connection.status != .disconnected else { return nil }
        return DetailPanel(
            "rights", "Allowed at \(words.provider)",
            listed: connection.scopes.map { ListedFact(words: "", code: $0, isDanger: false) })
    }

    /// What was destroyed, signed.
    private var receipts: DetailPanel? {
        guard let last = details.receipts.last else { return nil }
        return DetailPanel(
            "receipt", "Receipt",
            words: """
                The keys of all that was kept for it were destroyed on \(DateWords.minute(last.at)), so nobody can read it any \
                more, from a backup of the database neither. Signed by \(entered.product.name).
                """,
            code: details.receipts.map { CodeBlock($0.receipt, label: "Receipt \($0.id)", isWhole: true) })
    }
}

/// What became of a connection, and how its tokens were renewed.
enum ConnectionHistory {
    /// How many of each are shown.
    static let most = 50

    static func panels(
        _ events: [ConnectionEvent], _ attempts: [RenewalAttempt], at now: Instant
    ) -> [DetailPanel] {
        [
            DetailPanel(
                "events", "What became of it",
                rows: events.isEmpty ? nil : table(events, at: now),
                nothing: events.isEmpty ? "Nothing is known of it any more." : nil),
            DetailPanel(
                "renewals", "Renewals", words: renewalWords(attempts.count),
                rows: attempts.isEmpty ? nil : table(attempts, at: now),
                nothing: attempts.isEmpty ? "It wasn’t renewed yet." : nil),
        ]
    }

    private static func renewalWords(_ count: Int) -> String? {
        count < most ? nil : "The last \(most)."
    }

    private static func table(_ events: [ConnectionEvent], at now: Instant) -> DetailTable {
        DetailTable(
            caption: "What became of it", columns: ["What", "Why", "When"],
            rows: events.map { event in
                DetailTable.Row(
                    name: event.kind.words, isCode: false, badge: nil, status: nil,
                    details: event.reason.map(ConnectionPromises.reason),
                    cells: [ListPage.Cell(time: TimeWords(event.at, now: now))], actions: [])
            }, nextLink: nil)
    }

    private static func table(_ attempts: [RenewalAttempt], at now: Instant) -> DetailTable {
        DetailTable(
            caption: "Renewals", columns: ["Renewal", "What came of it", "When", "Took", "Why"],
            rows: attempts.map { attempt in
                let seconds = attempt.endedAt.map { $0.seconds(since: attempt.startedAt) }
                return DetailTable.Row(
                    name: "Number \(attempt.generation)", isCode: false, badge: attempt.state.badge,
                    status: attempt.state.badge == nil ? "Renewed" : nil,
                    cells: [
                        ListPage.Cell(time: TimeWords(attempt.startedAt, now: now)),
                        ListPage.Cell(text: seconds.map { $0 < 1 ? "Less than a second" : Spans.words($0) }),
                        ListPage.Cell(text: attempt.errorCode.map(ConnectionPromises.reason)),
                    ], actions: [])
            }, nextLink: nil)
    }
}

/// What was promised for a connection, and what became of it.
enum ConnectionPromises {
    static let most = 100

    static func panels(_ promises: [ConnectionPromise], of provider: Provider?, at now: Instant) -> [DetailPanel] {
        guard !promises.isEmpty else {
            return [DetailPanel("promises", "Promises", nothing: "Nothing is promised for it yet.")]
        }
        var names: [String] = []
        for promise in promises where !names.contains(promise.name) { names.append(promise.name) }
        return names.enumerated().map { index, name in
            let lines = promises.filter { $0.name == name }
            let settled = lines.filter { $0.state != .open }
            let kept = settled.filter { $0.state == .kept }.count
            let scheduled = provider?.schedule.first { $0.name == name }
            return DetailPanel(
                "promise-\(index)", scheduled.map { title(of: $0) } ?? name.replacing("_", with: " ").capitalizedFirst,
                words: settled.isEmpty ? "Not due yet." : "Kept \(kept) of \(Numbers.counted(settled.count, "time")).",
                rows: DetailTable(
                    caption: name, columns: ["Due", "State", "Done", "Why"],
                    rows: lines.map { row($0, at: now) }, nextLink: nil))
        }
    }

    /// The checks, of which there are too many for a line each.
    static func panel(_ checks: ConnectionChecks, of provider: String, at now: Instant) -> DetailPanel {
        let found = checks.found
        let facts: [Fact?] = [
            found.provenAt.map { Fact(term: "Last found well", time: TimeWords($0, now: now)) }
                ?? Fact(term: "Last found well", text: "Not yet"),
            found.failedAt.map { since in
                Fact(
                    term: "Found wrong since", time: TimeWords(since, now: now),
                    under: found.errorCode.map { "\(provider) said \($0)" })
            },
            found.nextAt.map { next in
                let left = next.seconds(since: now)
                return Fact(
                    term: "Next check",
                    time: TimeWords(next, now: now, words: left <= 0 ? "due now" : "in \(Spans.roughly(left))"))
            },
        ]
        return DetailPanel(
            "checks", "Checked about \(Spans.every(checks.every))",
            words: "\(provider) is asked whether it works. Nothing is changed by that.",
            facts: facts.compactMap(\.self))
    }

    private static func row(_ line: ConnectionPromise, at now: Instant) -> DetailTable.Row {
        let badge: Badge? =
            switch line.state {
            case .kept: nil
            case .open: line.dueAt < now ? Badge(.caution, "Overdue") : Badge(.info, "To come")
            case .late: Badge(.caution, "Late")
            case .broken: Badge(.bad, "Not kept")
            }
        return DetailTable.Row(
            name: DateWords.minute(line.dueAt), isCode: false, badge: badge, status: badge == nil ? "Kept" : nil,
            cells: [
                line.settledAt.map { ListPage.Cell(time: TimeWords($0, now: now)) } ?? ListPage.Cell(text: "Not yet"),
                ListPage.Cell(text: line.reason.map(reason)),
            ], actions: [])
    }

    /// What is promised: `Renewed every 7 days`.
    static func title(of promise: ScheduledPromise) -> String {
        let what =
            switch promise.action {
            case .renew: "Renewed"
            case .warn: "You’re told"
            }
        switch promise.due {
        case .every(let seconds): return "\(what) \(Spans.every(seconds))"
        case .age(let maximum, let before):
            return "\(what) \(Spans.words(before)) before it’s \(Spans.words(maximum)) old"
        case .before(let margin, let clock):
            let span =
                switch margin {
                case .seconds(let seconds): Spans.words(seconds)
                case .percent(let percent): "\(percent)% of its life"
                }
            return "\(what) \(span) before \(end(clock))"
        }
    }

    private static func end(_ clock: ScheduledPromise.Clock) -> String {
        switch clock {
        case .accessToken: "the token ends"
        case .refreshToken: "it can’t be renewed any more"
        case .dataAccess: "access to data ends"
        case .hardCap: "the provider ends it in any case"
        case .inactivity: "it ends for want of use"
        }
    }

    /// Why, in words where the reason is one of ours; what a provider said is told as it was.
    static func reason(_ code: String) -> String {
        switch code {
        case "ambiguous_refresh", "no-result": "The answer was lost"
        case "testing_mode": "The operator’s own access was in test mode"
        case "credential_unreadable": "What was kept couldn’t be read"
        case "not_reached_in_time": "It wasn’t reached in time"
        case "disconnected": "It was disconnected"
        case "reauthenticated": "Somebody signed in again"
        case "scopes_missing": "Not everything was allowed"
        case "not-saved", "store": "The database couldn’t be reached"
        case "no-client", "no-client-secret", "client-secret-out-of-reach": "The operator’s own secret was missing"
        case "revoked": "Access was given back"
        case "spared": "Access stays, because others need it"
        case "uncertain": "Access stays, because others may need it"
        case "no_call", "nothing": "There was nothing to give back"
        default: "The provider said \(code)"
        }
    }
}
