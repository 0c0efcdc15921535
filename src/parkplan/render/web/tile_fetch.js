// Bytes of one tile: given up at once when the tile leaves the map, asked for again when the server stumbles.

const PAUSES_MS = [400, 1500];

/** The fault of one tile; `status` is 0 where the server could not be reached. */
export class TileFault extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

function pause(milliseconds, signal) {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      stop(signal.reason);
    });
  });
}

async function reasonOf(response) {
  try {
    const body = await response.json();
    return String(body.detail ?? body.error ?? body.message ?? "");
  } catch {
    return ""; // a fault without a JSON sentence (a proxy's page): the status alone must do
  }
}

async function once(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, credentials: "same-origin" });
  } catch (fault) {
    if (signal.aborted) throw fault;
    throw new TileFault(0, "");
  }
  if (response.status === 204) return null;
  if (!response.ok) throw new TileFault(response.status, await reasonOf(response));
  return response;
}

/** The response, or null for an empty tile. A request that the server calls wrong (4xx) is not repeated. */
export async function fetchTile(url, signal) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(url, signal);
    } catch (fault) {
      const lasting = !(fault instanceof TileFault) || (fault.status >= 400 && fault.status < 500);
      if (signal.aborted || lasting || attempt === PAUSES_MS.length) throw fault;
      await pause(PAUSES_MS[attempt], signal);
    }
  }
}
