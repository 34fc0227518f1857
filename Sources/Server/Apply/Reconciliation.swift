import CredentialFormat
import DefinitionFile
import Model
import Persistence

/// Brings what there is to what a file says, and notes what it did. What services refuse is noted, too, and the next thing looked at, so that
/// all of it is told at once; the transaction must then be taken back.
struct Reconciliation {
    let services: ApplyServices
    let actor: Actor
    private let pruning: Set<AppliedKind>
    private var outcome = ApplyOutcome()
    private var problems: [DefinitionError] = []

    /// - Parameter pruning: Of which kinds what the file does not mention is deleted, in the lists that it has.
    init(services: ApplyServices, pruning: Set<AppliedKind>, actor: Actor) {
        self.services = services
        self.pruning = pruning
        self.actor = actor
    }

    /// - Throws: ``ApplyProblems`` where anything was refused, a `StoreError`.
    mutating func run(_ desired: DesiredState, tx: borrowing Transaction) throws -> ApplyOutcome {
        if let servers = desired.resourceServers { try bring(servers, tx: tx) }
        if let accounts = desired.accounts { try bring(accounts, tx: tx) }
        guard problems.isEmpty else { throw ApplyProblems(problems: problems) }
        return outcome
    }

    /// All that a service lists.
    static func all<Item: Sendable>(_ list: (Page) throws -> Listing<Item>) throws -> [Item] {
        var items: [Item] = []
        var place: Cursor?
        repeat {
            let listing = try list(Page(limit: Page.limits.upperBound, after: place))
            items += listing.items
            place = listing.next
        } while place != nil
        return items
    }
}

// MARK: - What stands for what

extension Reconciliation {
    /// What each thing of a list is among those that there are, and which of these the list does not have. What cannot be told is noted
    /// as a problem, and left out of both.
    mutating func match<Wanted: DesiredThing, Found: AppliedThing>(
        _ list: DesiredList<Wanted>, among found: [Found]
    ) -> (pairs: [(wanted: Wanted, found: Found?)], rest: [Found]) {
        var pairs: [(wanted: Wanted, found: Found?)] = []
        var met: Set<String> = []
        let byID = Dictionary(grouping: found, by: \.appliedID)
        let byName = Dictionary(grouping: found, by: \.appliedName)
        for wanted in list.items {
            let head = wanted.head
            let candidates: [Found]
            if let wantedID = head.id {
                candidates = byID[wantedID] ?? []
                if candidates.isEmpty {
                    problems.append(
                        head.places.error(
                            "id", "There is no such \(Wanted.kind.noun) here. Leave the id out to have one made."))
                    continue
                }
            } else {
                candidates = byName[head.name] ?? []
            }
            if candidates.count > 1 {
                met.formUnion(candidates.map(\.appliedID))
                let ids = candidates.map(\.appliedID).joined(separator: ", ")
                problems.append(
                    head.places.thing.error("There are \(candidates.count) of this name: \(ids). Say by id which."))
                continue
            }
            if let only = candidates.first, !met.insert(only.appliedID).inserted {
                problems.append(head.places.thing.error("It stands here twice: \(only.appliedID)."))
                continue
            }
            pairs.append((wanted, candidates.first))
        }
        return (pairs, found.filter { !met.contains($0.appliedID) })
    }

    /// Does something for a thing of the file.
    ///
    /// - Throws: What is no refusal.
    mutating func noting(_ places: FieldPlaces, _ body: (inout Reconciliation) throws -> Void) throws {
        do {
            try body(&self)
        } catch let refusal as Refusal {
            problems += places.errors(of: refusal)
        }
    }

    /// Deletes what a list does not have, if that was asked for.
    ///
    /// - Parameter delete: How.
    mutating func prune<Found: AppliedThing>(
        _ rest: [Found], at place: FilePlace, within: [String], _ delete: (Found) throws -> Void
    ) throws {
        let kind = Found.appliedKind
        guard pruning.contains(kind) else { return }
        for found in rest {
            let (id, name) = (found.appliedID, found.appliedName)
            do {
                try delete(found)
                outcome.steps.append(ApplyStep(action: .delete, kind: kind, name: name, within: within, id: id))
            } catch let refusal as Refusal {
                let why = CommandError(refusal).description
                problems.append(
                    place.error("\(kind.noun) \(name) (\(id)) is not in the file, and cannot be deleted: \(why)"))
            }
        }
    }
}

// MARK: - What was done

extension Reconciliation {
    mutating func noteCreation<Thing: AppliedThing>(of made: Thing, within: [String]) {
        outcome.steps.append(
            ApplyStep(
                action: .create, kind: Thing.appliedKind, name: made.appliedName, within: within,
                fields: AppliedField.changes(from: [], to: made.appliedFields), id: made.appliedID))
    }

    /// Under the name that it had before.
    mutating func noteChange<Thing: AppliedThing>(from before: Thing, to after: Thing, within: [String]) {
        let changes = AppliedField.changes(from: before.appliedFields, to: after.appliedFields)
        guard !changes.isEmpty else { return }
        outcome.steps.append(
            ApplyStep(
                action: .change, kind: Thing.appliedKind, name: before.appliedName, within: within, fields: changes,
                id: before.appliedID))
    }

    mutating func note(_ secret: AppliedSecret) {
        outcome.secrets.append(secret)
    }
}
