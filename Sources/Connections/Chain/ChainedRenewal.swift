package import ProviderDefinition

/// Renews as a provider's file says, over a transport: what ``RenewalEngine`` asks.
package struct ChainedRenewal: RenewalCaller {
    private let transport: any ProviderTransport

    package init(over transport: any ProviderTransport) {
        self.transport = transport
    }

    package func renew(_ request: RenewalRequest) async -> ProviderReply {
        var chain = TokenChain(request.provider, over: transport, with: request.values)
        do {
            try await chain.renew()
            return .tokens(chain.answer, children: chain.children)
        } catch {
            switch error {
            case .failed(let failure): return .failed(failure)
            case .notSent(let code): return .notSent(code: code)
            case .lost(let code): return .lost(code: code)
            }
        }
    }
}
