import http from "node:http";
const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method: request.method, url: request.url, body }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;
console.log(await (await fetch(`${base}/a?b=1`)).json());
const posted = await fetch(base, { method: "POST", body: JSON.stringify({ x: 1 }) });
console.log(posted.status, await posted.json());
server.closeAllConnections?.();
server.close();
