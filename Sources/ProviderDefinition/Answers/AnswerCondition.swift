/// What an answer must be like for a rule.
package struct AnswerCondition: Sendable, Equatable {
    /// What is looked at.
    package enum Subject: Sendable, Equatable {
        case status
        case body(JSONPointer)
    }

    /// One value that fits.
    package enum Expected: Sendable, Equatable {
        /// A whole number within these bounds, also as a text of digits.
        case number(ClosedRange<Int>)
        /// This text.
        case text(String)
        case flag(Bool)
    }

    /// How it must be. Of a list in the answer, one element that fits is enough.
    package enum Test: Sendable, Equatable {
        case isAbsent, isPresent
        case isOne(of: [Expected])
    }

    package let subject: Subject
    package let test: Test

    package init(_ subject: Subject, _ test: Test) {
        self.subject = subject
        self.test = test
    }
}
