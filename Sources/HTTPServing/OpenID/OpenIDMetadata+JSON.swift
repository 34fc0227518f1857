import OAuth

extension OpenIDMetadata {
    /// RFC 8414 §3.2, OpenID Connect Discovery §4.2: one document for both addresses.
    var json: [UInt8] {
        JSONWriter.object { json in
            json.member("issuer", server.issuer)
            json.member("authorization_endpoint", server.authorizationEndpoint)
            json.member("token_endpoint", server.tokenEndpoint)
            json.member("introspection_endpoint", server.introspectionEndpoint)
            json.member("revocation_endpoint", server.revocationEndpoint)
            json.member("userinfo_endpoint", userInfoEndpoint)
            json.member("end_session_endpoint", endSessionEndpoint)
            json.member("jwks_uri", server.jwksURI)
            // The set has the keys that sign audit logs, as a member of its own.
            json.member("audit_log_keys_uri", server.jwksURI)
            json.member("scopes_supported", server.scopes)
            json.member("response_types_supported", server.responseTypes)
            json.member("response_modes_supported", server.responseModes)
            json.member("grant_types_supported", server.grantTypes)
            json.member("token_endpoint_auth_methods_supported", server.authenticationMethods)
            json.member("introspection_endpoint_auth_methods_supported", server.provingMethods)
            json.member("revocation_endpoint_auth_methods_supported", server.authenticationMethods)
            json.member("code_challenge_methods_supported", server.codeChallengeMethods)
            json.member("authorization_response_iss_parameter_supported", true)
            json.member("subject_types_supported", subjectTypes)
            json.member("id_token_signing_alg_values_supported", idTokenAlgorithms)
            json.member("acr_values_supported", acrValues)
            json.member("claims_supported", claims)
            json.member("claims_parameter_supported", false)
            json.member("request_parameter_supported", false)
            json.member("request_uri_parameter_supported", false)
            if let serviceDocumentation = server.serviceDocumentation {
                json.member("service_documentation", serviceDocumentation)
            }
        }
    }
}
