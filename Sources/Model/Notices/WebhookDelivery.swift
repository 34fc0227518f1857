package import CredentialFormat

/// One event on its way to one endpoint. It is sent until it is taken, or was tried as often as is tried.
package struct WebhookDelivery: Entity, Hashable, Sendable {
    package static let prefix = "dlv"

    /// How far it came.
    package enum State: String, Sendable, CaseIterable {
        /// An earlier one about the same credential comes first.
        case waiting
        /// It is to be sent, for the first time or again.
        case due
        case delivered
        /// It was tried as often as is tried.
        case failed
        /// Its endpoint was stopped before it was taken.
        case abandoned
    }

    package let id: ID<WebhookDelivery>
    package let endpoint: ID<WebhookEndpoint>
    package let event: ID<LifecycleEvent>
    package let kind: LifecycleEvent.Kind
    /// As in ``LifecycleEvent/subject``.
    package let subject: String
    package let state: State
    /// How often it was sent.
    package let attempts: Int
    /// When it is sent next, nil where it is not.
    package let nextAt: Instant?
    package let createdAt: Instant
    package let finishedAt: Instant?

    package init(
        id: ID<WebhookDelivery>, endpoint: ID<WebhookEndpoint>, event: ID<LifecycleEvent>, kind: LifecycleEvent.Kind,
        subject: String, state: State, attempts: Int, nextAt: Instant?, createdAt: Instant, finishedAt: Instant?
    ) {
        self.id = id
        self.endpoint = endpoint
        self.event = event
        self.kind = kind
        self.subject = subject
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }
}

/// One time that a delivery was sent, and what came of it. Kept for 7 days.
package struct WebhookAttempt: Hashable, Sendable {
    /// The longest that is kept of an answer, in bytes.
    package static let longestResponse = 4096

    package let delivery: ID<WebhookDelivery>
    /// From 1.
    package let number: Int
    package let at: Instant
    package let milliseconds: Int
    /// Of the answer, nil where none came.
    package let status: Int?
    /// Why it was not taken, such as `timeout`; nil where it was.
    package let error: String?
    /// The beginning of the answer's body, empty where there is none.
    package let response: String

    package init(
        delivery: ID<WebhookDelivery>, number: Int, at: Instant, milliseconds: Int, status: Int?, error: String?,
        response: String
    ) {
        self.delivery = delivery
        self.number = number
        self.at = at
        self.milliseconds = milliseconds
        self.status = status
        self.error = error
        self.response = response
    }
}
