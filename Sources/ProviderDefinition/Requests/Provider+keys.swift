extension Provider {
    /// The request for the keys that its security events are signed with.
    package func request(forKeysOf intake: PushIntake.RISC) throws(RequestFailure) -> ProviderRequest {
        try request(
            RequestTemplate(
                method: .get, address: intake.keys, placement: .query, authentication: .none, parameters: [],
                headers: [], accepts: []), with: RequestValues())
    }

    /// Whose security events are believed, nil where it sends none.
    package var securityEvents: PushIntake.RISC? {
        for case .risc(let intake) in intakes { return intake }
        return nil
    }
}
