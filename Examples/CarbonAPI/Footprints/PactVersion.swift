/// Which PACT a call speaks. The second is deprecated since April 2026, and still spoken by many.
enum PactVersion: String, Sendable, CaseIterable {
    case two = "2"
    case three = "3"

    /// What does not exist.
    var notFound: String {
        switch self {
        case .two: "NoSuchFootprint"
        case .three: "NotFound"
        }
    }

    /// What happens between those who share footprints. Others have no name here.
    enum Happening: Sendable, Hashable, CaseIterable {
        case published
        case requestCreated
        case requestFulfilled
        case requestRejected
    }

    /// The type of an event (CloudEvents 1.0).
    func type(of happening: Happening) -> String {
        switch (self, happening) {
        case (.two, .published): "org.wbcsd.pathfinder.ProductFootprint.Published.v1"
        case (.two, .requestCreated): "org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1"
        case (.two, .requestFulfilled): "org.wbcsd.pathfinder.ProductFootprintRequest.Fulfilled.v1"
        case (.two, .requestRejected): "org.wbcsd.pathfinder.ProductFootprintRequest.Rejected.v1"
        case (.three, .published): "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"
        case (.three, .requestCreated): "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
        case (.three, .requestFulfilled): "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"
        case (.three, .requestRejected): "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"
        }
    }

    func happening(of type: String) -> Happening? { Happening.allCases.first { self.type(of: $0) == type } }
}
