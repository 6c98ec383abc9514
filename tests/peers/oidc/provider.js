// A certified OpenID provider (npm: oidc-provider) on loopback. Its configuration comes as JSON in argv[2];
// it prints one line once it listens. Whoever the login form names is signed in; claims come from the configuration.
import { createServer } from "node:http";

import Provider from "oidc-provider";

const { port, issuer, clients, accounts, acr } = JSON.parse(process.argv[2]);

const provider = new Provider(issuer, {
  clients,
  claims: { openid: ["sub", "acr", "amr"], email: ["email", "email_verified"], profile: ["name"] },
  acrValues: acr ?? [],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ["of throw-away data"] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
});
// Plain http on loopback: cookies must not ask for TLS.
provider.proxy = false;

createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log("ready"));
