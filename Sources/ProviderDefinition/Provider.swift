/// A third party whose APIs are called in a customer's name: how consent is asked for, how tokens are fetched, renewed, watched and
/// given back, and what its errors mean.
///
/// Made from a file (`Providers/*.yaml`), which holds no code. All functions on it are pure; who calls the provider stands elsewhere.
package struct Provider: Sendable, Equatable {
    /// Its name in product definitions, tables and addresses: 1 to 40 lower-case letters, digits and `-`, a letter first.
    package let identifier: String
    /// What pages call it.
    package let title: String
    /// Where it describes all this itself.
    package let documentation: [String]
    /// What differs from one connection or installation to the next, such as a tenant.
    package let variables: [ProviderVariable]
    /// The hosts that may be called, and no others.
    package let hosts: HostAllowList
    /// How our client names itself in the authorization request and proves itself at the token endpoint.
    package let client: ProviderClient
    /// How consent is asked for, and what comes back.
    package let authorization: ConsentRequest
    /// What exchanges the code for tokens.
    package let token: TokenExchange
    /// What follows the exchange, in this order.
    package let steps: [ChainStep]
    /// How tokens are renewed.
    package let renewal: Renewal
    /// How long things live where answers do not say, and what ends them whatever is done.
    package let lifetimes: TokenLifetimes
    /// What is promised to be done, and when.
    package let schedule: [ScheduledPromise]
    /// How to learn that a token works without changing anything, nil where there is no such call.
    package let health: HealthProbe?
    /// How access is given back, nil where the provider has no call for it.
    package let revocation: Revocation?
    /// What the provider tells us by itself.
    package let intakes: [PushIntake]
    /// How a call carries the access token.
    package let use: TokenUse
    /// What its errors mean; the first that fits counts, then ``ErrorRule/standard``.
    package let errors: [ErrorRule]

    /// The step of that name.
    package func step(_ name: String) -> ChainStep? {
        steps.first { $0.name == name }
    }

    /// Whether an identifier has the form of one.
    package static func allows(identifier: String) -> Bool {
        identifier.utf8.count <= 40 && identifier.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil
    }
}
