import HTTPTypes

/// A page, or what is sent from one.
struct PageRoute: Sendable {
    /// What happens there.
    enum Work: Sendable {
        /// A page is shown.
        case shown(@Sendable (Visit) async throws -> PageReply)
        /// A form of one of our pages is taken. It was found to be from this browser, and for this purpose.
        case taken(FormPurpose, @Sendable (Visit, PageForm) async throws -> PageReply)
        /// A form that pages of others may send too. It may only lead the browser on to a GET.
        case relayed(@Sendable (String, PageForm) async throws -> PageReply)
    }

    let path: String
    /// The page of it: where to go on after a sign-in that it needs.
    let page: ConsoleURL
    let work: Work

    var method: HTTPRequest.Method {
        switch work {
        case .shown: .get
        case .taken, .relayed: .post
        }
    }

    /// - Parameter page: The page to come back to, where this one needs more than its path.
    static func shown(
        _ url: ConsoleURL, on page: ConsoleURL? = nil, _ answer: @escaping @Sendable (Visit) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(path: url.path, page: page ?? url, work: .shown(answer))
    }

    /// - Parameter page: The page that the form stands on, if that is another address.
    static func taken(
        _ url: ConsoleURL, for purpose: FormPurpose, on page: ConsoleURL? = nil,
        _ answer: @escaping @Sendable (Visit, PageForm) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(path: url.path, page: page ?? url, work: .taken(purpose, answer))
    }
}

/// Nobody is signed in, and a page needs somebody.
struct SignInNeeded: Error {}
