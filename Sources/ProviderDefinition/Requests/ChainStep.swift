/// One request of the chain that follows the exchange of the code.
package struct ChainStep: Sendable, Equatable {
    /// When it is made.
    package enum Occasion: String, Sendable, CaseIterable {
        /// After the code was exchanged.
        case connect
        /// After that and after each renewal, where it says anything that a renewal does not know.
        case always
    }

    package let name: String
    package let occasion: Occasion
    package let request: RequestTemplate
    /// What of the answer replaces what is known so far.
    package let answer: AnswerMap
    package let children: ChildMap?
    /// Where the address of the next page of a list stands.
    package let nextPage: NextPage?
    /// The kind of children for each of which the step is made once, as ``TemplateValue/parentIdentifier``; nil: once in all.
    package let perChild: String?

    /// How a list goes on.
    package enum NextPage: Sendable, Equatable {
        /// The whole address stands there, to be held against the allow-list.
        case address(JSONPointer)
        /// A text stands there that the next request has as this parameter.
        case token(JSONPointer, parameter: String)
    }
}
