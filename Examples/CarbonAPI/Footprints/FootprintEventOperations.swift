/// What partners tell and ask by events, as PACT says.
struct FootprintEventOperations: Sendable {
    let store: any Store
    /// Announcements that are kept for an organization, and requests of its that have ended; of more, the oldest go.
    let mostEvents: Int
    let partners: PartnerBook
    /// Rung for each answer that waits.
    let bell: AnswerBell

    var all: [Operation] {
        PactVersion.allCases.map { version in
            Operation(
                .post, "/\(version.rawValue)/events", at: .root, for: .holders(.productFootprint),
                envelope: .pact(version),
                OperationDescription(
                    version == .three ? "sendEvent" : "sendEvent2",
                    "Tell of footprints that were published, or ask for some (PACT \(version.rawValue) Events)",
                    body: "CloudEvent", bodyType: "application/cloudevents+json", answer: 200)
            ) { try await take($0, version) }
        }
    }

    /// Answers of an organization that may wait.
    private static let mostWaiting = 1000

    /// Takes an event. Announcements are kept; a request for footprints is answered by an event of ours.
    private func take(_ call: Call, _ version: PactVersion) async throws -> Reply {
        let event = try PactEvent(try await call.json(most: PactEvent.mostBytes), of: version)
        switch event.happening {
        case .published: try await keep(event, version, call)
        case .requestCreated: try await answer(event, version, call)
        case .requestFulfilled, .requestRejected:
            throw Refusal.invalid("data.requestEventId", .unknown, "nothing of that name was asked for", status: 400)
        }
        return Reply(status: 200, headers: [], body: .none)
    }

    private func keep(_ event: PactEvent, _ version: PactVersion, _ call: Call) async throws {
        try event.checkAnnouncement()
        let (now, organization, most) = (call.now, try call.caller.organization, mostEvents)
        let type = version.type(of: event.happening)
        try await store.write(try call.sight) { transaction in
            try transaction.keepEvent(
                event.id, of: event.source, type: type, data: event.data, for: organization, at: now)
            let tooMany = try transaction.eventCount(of: organization) - most
            if tooMany > 0 { try transaction.deleteOldestEvents(tooMany, of: organization) }
        }
    }

    /// Keeps what is asked, and has the answer brought to the partner. A request that came before is answered once.
    private func answer(_ event: PactEvent, _ version: PactVersion, _ call: Call) async throws {
        let (now, base, organization) = (call.now, call.base, try call.caller.organization)
        guard partners.partner(event.source, of: organization) != nil else {
            throw Refusal.invalid(
                "source", .unknown, "nobody of that name is known here who would be answered", status: 400)
        }
        // What is wrong with it is said at once.
        _ = try PactEvent.wanted(by: event.data, version)
        let most = mostEvents
        try await store.write(try call.sight) { transaction in
            guard try !transaction.hasFootprintRequest(event.id, of: event.source, for: organization) else { return }
            guard try transaction.waitingFootprintRequests(of: organization) < Self.mostWaiting else {
                throw Refusal.busy
            }
            try transaction.insert(FootprintRequest(event, version, for: organization, base: base, at: now))
            try transaction.deleteEndedFootprintRequests(of: organization, keeping: most)
        }
        bell.ring()
    }
}
