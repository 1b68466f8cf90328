// Leads fetch, http and https of this process to the proxy in HTTPS_PROXY, for a Node that does not do so itself.
// It installs itself when it is loaded, before the program, and does nothing where there is no proxy.
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";

const [major, minor] = process.versions.node.split(".").map(Number);
// From these on NODE_USE_ENV_PROXY covers fetch as well as http and https.
const itself = (major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21))
  && process.env.NODE_USE_ENV_PROXY === "1";
if (process.env.HTTPS_PROXY && !itself) install(new URL(process.env.HTTPS_PROXY));

function install(proxy) {
  const direct = new Set((process.env.NO_PROXY ?? "").split(",").filter(Boolean));
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;

  // A tunnel to a destination; its name is resolved by the proxy, never here.
  function tunnel(host, port, done) {
    const path = `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
    const request = http.request({
      agent: new http.Agent(),
      headers: { host: path, "proxy-authorization": authorization },
      host: proxy.hostname,
      method: "CONNECT",
      path,
      port: proxy.port,
    });
    request.once("connect", (response, socket) => {
      if (response.statusCode === 200) return done(null, socket);
      socket.destroy();
      done(Object.assign(new Error(response.statusMessage), { code: "ERR_PROXY_TUNNEL" }));
    });
    request.once("error", done);
    request.end();
  }

  function secure(socket, options, done) {
    const name = options.servername || options.hostname || options.host;
    const isAddress = name.includes(":") || /^[\d.]+$/.test(name);
    const connection = tls.connect({ ...options, path: undefined, servername: isAddress ? "" : name, socket });
    connection.once("secureConnect", () => done(null, connection)).once("error", done);
  }

  class HttpAgent extends http.Agent {
    createConnection(options, done) {
      if (direct.has(options.host)) return super.createConnection(options, done);
      tunnel(options.host, options.port, done);
    }
  }

  class HttpsAgent extends https.Agent {
    createConnection(options, done) {
      if (direct.has(options.host)) return super.createConnection(options, done);
      tunnel(options.host, options.port, (error, socket) => error ? done(error) : secure(socket, options, done));
    }
  }

  http.globalAgent = new HttpAgent({ keepAlive: true, timeout: 5000 });
  https.globalAgent = new HttpsAgent({ keepAlive: true, timeout: 5000 });
  syncBuiltinESMExports();

  // The class of the dispatcher behind fetch is not exported, but one of it exists as soon as Response does.
  void globalThis.Response;
  const dispatcher = Symbol.for("undici.globalDispatcher.1");
  const Agent = globalThis[dispatcher]?.constructor;
  if (Agent === undefined) return;
  globalThis[dispatcher] = new Agent({
    connect(options, done) {
      const port = options.port || (options.protocol === "https:" ? 443 : 80);
      const proceed = (error, socket) => {
        if (error || options.protocol !== "https:") return done(error, socket);
        secure(socket, { ALPNProtocols: ["http/1.1"], hostname: options.hostname, servername: options.servername }, done);
      };
      if (!direct.has(options.hostname)) return tunnel(options.hostname, port, proceed);
      const socket = new http.Agent().createConnection({ host: options.hostname, port });
      socket.once("connect", () => proceed(null, socket)).once("error", done);
    },
  });
}
