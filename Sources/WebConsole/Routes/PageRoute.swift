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
        /// What a mail program sends by itself (RFC 8058): what the address carries is all that lets it in, and it has no cookies.
        case oneClick(@Sendable (Visit) async throws -> PageReply)
    }

    /// The page of a route: where to go on after a sign-in that it needs.
    enum Place: Sendable {
        case fixed(ConsoleURL)
        /// A page of an account's console, with the identifiers that stand in the path of another.
        case alike(ConsolePage, ConsolePage)
    }

    let path: String
    private let place: Place
    let work: Work

    init(path: String, place: Place, work: Work) {
        self.path = path
        self.place = place
        self.work = work
    }

    /// The page to come back to.
    ///
    /// - Parameters:
    ///   - path: What was asked for.
    ///   - query: What followed it, where that was the page itself.
    func page(at path: String, query: String = "") -> ConsoleURL {
        switch place {
        case .fixed(let url): url
        case .alike(let page, let other):
            (page == other ? ConsoleAddress(asked: path, query: query) : ConsoleAddress(page, like: other, at: path))
                .map(ConsoleURL.console) ?? .account
        }
    }

    /// The route at the same path that leads to its page.
    func leading(at site: Site) -> PageRoute {
        PageRoute(
            path: path, place: place, work: .shown { visit in .redirect(page(at: visit.path), at: site) })
    }

    /// Whether a form is sent there.
    var isForm: Bool { method == .post }

    var method: HTTPRequest.Method {
        switch work {
        case .shown: .get
        case .taken, .relayed, .oneClick: .post
        }
    }

    /// - Parameter page: The page to come back to, where this one needs more than its path.
    static func shown(
        _ url: ConsoleURL, on page: ConsoleURL? = nil, _ answer: @escaping @Sendable (Visit) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(path: url.path, place: .fixed(page ?? url), work: .shown(answer))
    }

    /// - Parameter page: The page that the form stands on, if that is another address.
    static func taken(
        _ url: ConsoleURL, for purpose: FormPurpose, on page: ConsoleURL? = nil,
        _ answer: @escaping @Sendable (Visit, PageForm) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(path: url.path, place: .fixed(page ?? url), work: .taken(purpose, answer))
    }
}

/// Nobody is signed in, and a page needs somebody.
struct SignInNeeded: Error {}
