// The Streamlit component: loads the scripts of the map once per document, then hands everything to them.

const loaded = (window.parkplanLoaded ??= new Map());

function script(address) {
  if (!loaded.has(address)) {
    loaded.set(
      address,
      new Promise((done, stop) => {
        const node = document.createElement("script");
        node.src = address;
        node.onload = done;
        node.onerror = () => {
          loaded.delete(address);
          stop(new Error(address));
        };
        document.head.append(node);
      }),
    );
  }
  return loaded.get(address);
}

function style(address) {
  if (loaded.has(address)) return;
  loaded.set(address, true);
  const node = document.createElement("link");
  node.rel = "stylesheet";
  node.href = address;
  document.head.append(node);
}

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".pp-host");
  root.latest = data;
  const emit = (name, value) => (name === "view" ? setStateValue(name, value) : setTriggerValue(name, value));
  const ready = (async () => {
    data.styles.forEach((address) => style(data.base + address));
    for (const address of data.scripts) await script(data.base + address);
    // while scripts were loading newer data may have come: only the newest is shown
    if (root.latest === data && root.isConnected) window.parkplan.mount(root, data, emit);
  })();
  ready.catch((fault) => {
    root.textContent = `${data.texts.script_fault} ${fault.message}`;
  });
  return () => {
    root.latest = null;
    window.parkplan?.end(root);
  };
}
