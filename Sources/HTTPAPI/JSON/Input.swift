import Model

/// What was read from a body, with what is wrong with its form. The rules of the product are for the services, so both are told
/// together by ``apply(_:)`` and nobody has to send a body twice to hear all of it.
struct Input<Value: Sendable>: Sendable {
    /// Holds placeholders where something could not be read. No change is made of those: ``apply(_:)`` throws.
    let value: Value
    private(set) var problems: [InvalidField]

    /// Notes a problem that was found before the service was asked.
    mutating func refuse(_ problem: InvalidField?) {
        if let problem { problems.append(problem) }
    }

    /// Throws ``Refusal/invalid(_:)`` with every problem of the form, or the value.
    func checked() throws(Refusal) -> Value {
        guard problems.isEmpty else { throw .invalid(problems) }
        return value
    }

    /// What a service makes of the value, inside the transaction that is to be rolled back if this throws.
    ///
    /// - Throws: First what the caller must not know of or lacks the permission for, then all that is wrong with the form and by the
    ///   rules of the service, then its other refusals.
    func apply<Result>(_ work: (Value) throws -> Result) throws -> Result {
        let result: Result
        do {
            result = try work(value)
        } catch let refusal as Refusal where !problems.isEmpty {
            throw joined(with: refusal)
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        return result
    }

    private func joined(with refusal: Refusal) -> Refusal {
        switch refusal {
        case .notFound, .forbidden, .presenceRequired, .tooOften: refusal
        case .invalid(let others): .invalid(problems + others.filter { !isAboutPlaceholder($0) })
        case .exceedsRights, .conflict, .limitReached, .preconditionFailed: .invalid(problems)
        }
    }

    /// What is said of a placeholder, or of what holds one.
    private func isAboutPlaceholder(_ problem: InvalidField) -> Bool {
        problems.contains { $0.field == problem.field || problem.field.hasPrefix($0.field + ".") }
    }
}
