/// What a caller demands of the revision of an entity before it is changed (RFC 9110 §13.1.1, §13.1.2).
package struct RevisionCondition: Hashable, Sendable {
    /// Which revisions a condition names.
    package enum Revisions: Hashable, Sendable {
        /// Whichever it is at.
        case all
        case these(Set<Int>)

        fileprivate func contains(_ revision: Int) -> Bool {
            switch self {
            case .all: true
            case .these(let revisions): revisions.contains(revision)
            }
        }
    }

    private let required: Revisions
    private let refused: Revisions

    /// - Parameters:
    ///   - required: It must be at one of these.
    ///   - refused: It must be at none of these.
    package init(required: Revisions = .all, refused: Revisions = .these([])) {
        self.required = required
        self.refused = refused
    }

    /// Demands nothing.
    package static let any = RevisionCondition()

    /// Demands one revision.
    package static func exactly(_ revision: Int) -> RevisionCondition {
        RevisionCondition(required: .these([revision]))
    }

    /// Whether an entity at `revision` meets it.
    package func isMet(at revision: Int) -> Bool {
        required.contains(revision) && !refused.contains(revision)
    }
}

/// Refuses a change of an entity whose revision is not what the caller demands (`If-Match`, `If-None-Match`).
package func require(revision: Int, meets condition: RevisionCondition) throws(Refusal) {
    guard condition.isMet(at: revision) else { throw .preconditionFailed }
}
