// The form of an operation at /docs: path, query, headers and body to fill in, the request as a
// line for curl, and the response that came. page.js comes before it.

/** A text as a shell takes it. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** An example of a body as it is sent. */
function encoded(type, example) {
  if (!type.includes('form')) return pretty(example ?? {});
  const pairs = Object.entries(example ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs).toString();
}

/** A field with its label. */
function field(operation, name, note, element) {
  element.id = `${operation.operationId}.${name}`;
  return [make('label', { for: element.id }, make('code', {}, name), make('span', { class: 'faint' }, ` ${note}`)), element];
}

function choice(options) {
  return make('select', {}, options.map((option) => make('option', {}, option)));
}

/** The fields of an operation, and the request that they make. */
function fields(method, path, operation) {
  const plain = { autocomplete: 'off', spellcheck: 'false' };
  const parameters = (operation.parameters ?? []).map(follow).map((parameter) => {
    const example = parameter.example ?? parameter.schema.default ?? '';
    const isHeader = parameter.in === 'header';
    return [parameter, make('input', { ...plain, value: isHeader ? '' : String(example), placeholder: isHeader && String(example) })];
  });
  const accept = choice(['application/json', 'text/plain', '*/*']);
  const shown = [
    parameters.map(([{ name, in: place }, input]) => field(operation, name, place, input)),
    field(operation, 'Accept', 'header', accept),
  ];
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  const type = choice(bodies.map(([name]) => name));
  const body = make('textarea', { ...plain, rows: 8 });
  const fill = () => { body.value = encoded(type.value, operation.requestBody.content[type.value].example); };
  if (bodies.length) {
    shown.push(field(operation, 'Content-Type', 'header', type), field(operation, 'body', '', body));
    type.addEventListener('input', fill);
    fill();
  }
  const request = () => {
    const filled = parameters.map(([parameter, { value }]) => [parameter, value]);
    const within = (place) => filled.filter(([parameter, value]) => parameter.in === place && (place === 'path' || value !== ''));
    const target = within('path').reduce((at, [{ name }, value]) => at.replace(`{${name}}`, encodeURIComponent(value)), base + path);
    const query = new URLSearchParams(within('query').map(([{ name }, value]) => [name, value]));
    const headers = { Accept: accept.value, ...Object.fromEntries(within('header').map(([{ name }, value]) => [name, value])) };
    if (bodies.length) headers['Content-Type'] = type.value;
    return { method: method.toUpperCase(), target: target + (query.size ? `?${query}` : ''), headers, body: bodies.length ? body.value : undefined };
  };
  return { shown, request };
}

/** A request as a line for a shell. */
function commandLine({ method, target, headers, body }) {
  const parts = ['curl -i', method === 'GET' ? '' : `-X ${method}`, quoted(location.origin + target),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    body === undefined ? '' : `--data-raw ${quoted(body)}`];
  return parts.filter(Boolean).join(' ');
}

async function send({ method, target, headers, body }) {
  try {
    const response = await fetch(target, { method, headers, body, cache: 'no-store' });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    return [
      make('p', {}, make('code', {}, `${method} ${target}`), ' → ',
        make('b', { class: `s${String(response.status)[0]}` }, `${response.status} ${response.statusText}`)),
      block('Headers of the response', head),
      text && block('Body of the response', isJson ? pretty(JSON.parse(text)) : text),
    ].filter(Boolean);
  } catch (error) {
    return [make('p', { class: 's5' }, `No response: ${error.message}`)];
  }
}

/** A form that sends the request and shows the response. */
function tryIt(method, path, operation) {
  const { shown, request } = fields(method, path, operation);
  const line = block('The same with curl', '');
  const show = () => { line.textContent = commandLine(request()); };
  const copy = make('button', { type: 'button', class: 'plain' }, 'Copy the curl line');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(line.textContent);
      copy.textContent = 'Copied';
    } catch {
      // Browsers allow it on https and on localhost only.
      getSelection().selectAllChildren(line);
    }
  });
  const output = make('div', { role: 'status' });
  const form = make('form', {}, shown, make('div', { class: 'buttons' }, make('button', {}, 'Send'), copy));
  form.addEventListener('input', () => { copy.textContent = 'Copy the curl line'; show(); });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    output.replaceChildren(make('p', {}, 'Sending …'));
    output.replaceChildren(...await send(request()));
  });
  show();
  return make('details', { class: 'try' }, make('summary', {}, 'Try it'), form, line, output);
}
