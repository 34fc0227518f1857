import OAuth

extension OpenIDMetadata {
    /// OpenID Connect Discovery §4.2.
    var json: [UInt8] {
        JSONWriter.object { json in
            json.member("issuer", server.issuer)
            json.member("authorization_endpoint", authorizationEndpoint)
            json.member("token_endpoint", server.tokenEndpoint)
            json.member("userinfo_endpoint", userInfoEndpoint)
            json.member("jwks_uri", server.jwksURI)
            json.member("end_session_endpoint", endSessionEndpoint)
            json.member("introspection_endpoint", server.introspectionEndpoint)
            json.member("revocation_endpoint", server.revocationEndpoint)
            json.member("scopes_supported", scopes)
            json.member("response_types_supported", responseTypes)
            json.member("response_modes_supported", responseModes)
            json.member("grant_types_supported", server.grantTypes)
            json.member("subject_types_supported", subjectTypes)
            json.member("id_token_signing_alg_values_supported", idTokenAlgorithms)
            json.member("token_endpoint_auth_methods_supported", authenticationMethods)
            json.member("claims_supported", claims)
            json.member("code_challenge_methods_supported", codeChallengeMethods)
            json.member("prompt_values_supported", prompts)
            json.member("authorization_response_iss_parameter_supported", true)
            json.member("claims_parameter_supported", false)
            json.member("request_parameter_supported", false)
            json.member("request_uri_parameter_supported", false)
            if let serviceDocumentation = server.serviceDocumentation {
                json.member("service_documentation", serviceDocumentation)
            }
        }
    }
}
