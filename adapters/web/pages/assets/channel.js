"use strict";
// The channel's script: swaps the fragments that the server sends, and carries what is said and pressed back to it.
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const body = document.body, log = $("log"), composer = $("composer"), text = $("text"), file = $("file");
  const studio = $("studio"), line = $("line"), newer = $("newer"), main = $("main"), drop = $("drop");
  const skew = Date.now() - Number(body.dataset.now);
  const beat = Number(body.dataset.beat);
  const phone = matchMedia("(max-width: 900px)");
  const mine = new Set();
  let revision = Number(log.dataset.revision), lastSaid = "", busy = false, locked = false;

  // ---- Fragments -----------------------------------------------------------------------------------------------
  const KEPT = new Set(["open", "data-loaded", "data-posted"]);
  const parse = (html) => document.createRange().createContextualFragment(html.trim());
  const alike = (a, b) => a.nodeName === b.nodeName && a.className === b.className;

  /** Make `old` look like `fresh`, touching as little as can be: focus, open details and pictures stay. */
  function morph(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes])
      if (old.getAttribute(name) !== value && !(KEPT.has(name) && old.hasAttribute(name))) old.setAttribute(name, value);
    if (old.dataset.since) return; // its text is ours: the seconds
    const left = [...old.childNodes];
    for (const node of [...fresh.childNodes]) {
      const at = node.nodeType === 1 ? left.findIndex((candidate) => alike(candidate, node)) : left[0]?.nodeType === 3 ? 0 : -1;
      if (at < 0) { old.insertBefore(node, left[0] ?? null); continue; }
      for (const gone of left.splice(0, at)) gone.remove();
      const same = left.shift();
      if (same.nodeType === 1) { if (!same.hasAttribute("data-keep")) morph(same, node); }
      else if (same.data !== node.data) same.data = node.data;
    }
    for (const gone of left) gone.remove();
  }

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 140;
  const toEnd = () => { log.scrollTop = log.scrollHeight; newer.hidden = true; };

  /** Put a message in its place: swapped where it stands already, else by the time of its posting. */
  function put(html, { absent = false } = {}) {
    const fresh = parse(html).firstElementChild;
    if (!fresh) return;
    const old = $(fresh.id), stay = atEnd();
    if (old && absent) { if (mine.has(fresh.dataset.job)) complain(old); return; } // it may have failed before its answer came
    if (old) {
      const held = old.contains(document.activeElement);
      morph(old, fresh);
      if (held && !old.contains(document.activeElement)) old.focus({ preventScroll: true });
    } else {
      const posted = (one) => Number(one.dataset.posted), there = all(".message", log);
      if (there.length && log.querySelector(".earlier") && posted(fresh) <= posted(there[0])) return; // among those not asked for yet
      const after = there.findLast((other) => posted(other) <= posted(fresh));
      if (after) after.after(fresh); else (there[0] ?? $("empty")).before(fresh);
      if (!stay) newer.hidden = false;
    }
    dress(old ?? fresh);
    if (mine.has(fresh.dataset.job)) complain(old ?? fresh);
    if (stay) toEnd();
  }

  function notice(html) {
    for (const old of all("[data-notice]", log)) old.remove();
    const fresh = parse(html).firstElementChild;
    if (!fresh) return null;
    log.append(fresh);
    toEnd();
    if (fresh.offsetHeight > log.clientHeight) fresh.scrollIntoView({ block: "start" }); // it is read from its beginning
    return fresh;
  }

  /** What only the browser knows: local times, running seconds, pictures that are there already. */
  function dress(root) {
    const today = new Date().toDateString();
    for (const time of all("time[data-clock]", root)) {
      const moment = new Date(Number(time.dataset.clock)), clock = { hour: "2-digit", minute: "2-digit" };
      const day = moment.toDateString() === today ? {} : { day: "numeric", month: "short" };
      time.textContent = moment.toLocaleString(undefined, { ...day, ...clock });
    }
    for (const image of all("img", root)) if (image.complete && image.naturalWidth) image.dataset.loaded = "";
    tick();
  }
  function tick() {
    for (const time of all("time[data-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - skew - Number(time.dataset.since)) / 1000));
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  }

  // ---- The stream ----------------------------------------------------------------------------------------------
  let source = null, heardAt = 0, lostAt = 0, retry = 0;
  function heard(event) {
    heardAt = Date.now();
    revision = Math.max(revision, Number(event.lastEventId) || 0);
    if (lostAt && line.textContent) {
      line.textContent = line.dataset.back;
      setTimeout(() => { if (!lostAt) line.textContent = ""; }, 2000);
    }
    lostAt = 0;
  }
  function listen() {
    source?.close();
    clearTimeout(retry);
    heardAt = Date.now();
    source = new EventSource(`/channel/events?since=${revision}`);
    source.addEventListener("message", (event) => { heard(event); put(event.data); });
    source.addEventListener("gone", (event) => { heard(event); remove(event.data); });
    source.addEventListener("beat", heard);
    source.addEventListener("ready", heard);
    source.onerror = () => {
      lostAt ||= Date.now();
      if (source.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(listen, 2000 + Math.random() * 2000);
      fetch("/channel/studio", { method: "HEAD" }).then((answer) => { if (answer.status === 401) leave(); }, () => {}); // a stream does not tell its status
    };
  }
  /** To the sign-in, since the session has ended; what was typed is there again afterwards. */
  function leave() {
    sessionStorage.setItem("typed", text.value);
    location.assign("/login");
  }
  function remove(job) {
    const old = $(`m-${job}`);
    if (!old) return;
    const held = old.contains(document.activeElement);
    old.remove();
    if (composer.elements.reply_to.value === job) unreply();
    if (held) text.focus();
  }
  setInterval(() => {
    tick();
    if (document.hidden || !source) return;
    if (Date.now() - heardAt > 3 * beat) { lostAt ||= Date.now(); listen(); }
    if (lostAt && Date.now() - lostAt > 1500) line.textContent = line.dataset.lost;
  }, 1000);
  let asleep = 0;
  document.addEventListener("visibilitychange", () => { // a browser opens six connections to a host, tabs together
    clearTimeout(asleep);
    if (document.hidden) asleep = setTimeout(() => { source?.close(); source = null; }, 60000);
    else if (!source) listen();
  });

  // ---- Saying and pressing -------------------------------------------------------------------------------------
  const nonce = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(16).slice(2)}`);

  /** Post a form; its fragment goes where it belongs. True where the house took it. */
  async function send(address, data) {
    let answer, html;
    try {
      answer = await fetch(address, { method: "POST", body: data });
      html = await answer.text();
    } catch {
      $("complaint").textContent = composer.dataset.offline;
      return false;
    }
    if (answer.status === 401) leave();
    else if (answer.status === 202) { mine.add(parse(html).firstElementChild?.dataset.job); put(html, { absent: true }); toEnd(); }
    else if (answer.status !== 204) complain(notice(html));
    return answer.ok;
  }

  async function say() {
    if (busy || (!text.value.trim() && !file.files.length)) return;
    busy = true;
    composer.setAttribute("aria-busy", "true");
    clearComplaints();
    const data = new FormData(composer);
    data.set("event", composer.dataset.event ||= nonce());
    if (!file.files.length) data.delete("file");
    const took = await send(composer.action, data);
    busy = false;
    composer.removeAttribute("aria-busy");
    if (!took) { if (!$("complaint").textContent) delete composer.dataset.event; return; }
    delete composer.dataset.event; // a lost answer keeps it, so that trying again cannot buy twice
    lastSaid = text.value;
    fill("");
    unreply();
    detach();
    if (!locked && $("c-seed")) { $("c-seed").value = ""; chosen(); }
  }

  function fill(words) {
    text.value = words;
    grow();
    text.setSelectionRange(words.length, words.length);
  }
  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, innerHeight * 0.35)}px`;
  }
  function reply(job, words) {
    const message = $(`m-${job}`), image = message?.querySelector(".picture img");
    if (!image) return;
    composer.elements.reply_to.value = job;
    quote($("quote"), image.src, message.dataset.asked || image.alt);
    text.placeholder = text.dataset.reply;
    if (words !== undefined) fill(words);
    text.focus();
  }
  function quote(bar, src, words) {
    bar.querySelector("img").src = src;
    bar.querySelector("span").textContent = words;
    bar.hidden = false;
  }
  function unreply() {
    composer.elements.reply_to.value = "";
    $("quote").hidden = true;
    text.placeholder = text.getAttribute("data-plain");
  }
  function attach(files) {
    const [first] = files, bar = $("attached");
    if (!first) return detach();
    const wrong = !file.accept.split(",").includes(first.type) ? composer.dataset.noPicture
      : first.size > Number(composer.dataset.max) ? composer.dataset.tooLarge : "";
    if (wrong) { detach(); $("complaint").textContent = wrong; return; }
    $("complaint").textContent = "";
    const held = new DataTransfer();
    held.items.add(first);
    file.files = held.files;
    bar.querySelector("strong").textContent = first.name;
    quote(bar, URL.createObjectURL(first), `${(first.size / 1024).toFixed(0)} KB`);
    text.focus();
  }
  function detach() {
    const image = $("attached").querySelector("img");
    if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
    image.removeAttribute("src");
    file.value = "";
    $("attached").hidden = true;
  }

  // ---- The studio panel ----------------------------------------------------------------------------------------
  const controls = () => [...composer.elements].filter((control) => studio.contains(control) && control.name);
  const value = (control) => (control.type === "checkbox" ? (control.checked ? "on" : "") : control.value);
  function moved(control) {
    if (control.type === "radio") return control.checked && !control.dataset.default;
    return value(control) !== control.dataset.default;
  }
  function reset(control) {
    if (control.type === "radio") all(`[name="${control.name}"]`, studio).forEach((one) => { one.checked = !!one.dataset.default; });
    else if (control.type === "checkbox") control.checked = !!control.dataset.default;
    else control.value = control.dataset.default;
    mirror(control);
  }
  const mirror = (control) => all(`[data-mirrors="${control.id}"]`, studio).forEach((range) => { range.value = control.value; });

  /** The chips under the message box: what the panel will add to the next message. */
  function chosen() {
    const chips = controls().filter(moved).map((control) => {
      const label = (control.closest("fieldset")?.querySelector("legend") ?? control.labels[0])?.textContent ?? "";
      const said = control.tagName === "SELECT" ? control.selectedOptions[0].textContent.split(" · ")[0]
        : control.type === "checkbox" ? label : `${control.type === "radio" ? label : control.labels[0].textContent} ${control.value}`;
      const chip = document.createElement("button"), item = document.createElement("li");
      Object.assign(chip, { type: "button", textContent: `${said} ×` });
      chip.addEventListener("click", () => { reset(control); if (control.tagName === "SELECT") choose(); chosen(); text.focus(); });
      item.append(chip);
      return item;
    });
    $("chosen").replaceChildren(...chips);
    for (const button of all('[data-do="shape"]', studio))
      button.setAttribute("aria-pressed", String(button.dataset.width === $("c-width")?.value && button.dataset.height === $("c-height")?.value));
  }
  function show(open) {
    studio.hidden = !open;
    $("veil").hidden = !(open && phone.matches);
    main.inert = open && phone.matches;
    body.classList.toggle("with-studio", open);
    $("studio-toggle").setAttribute("aria-expanded", String(open));
    if (open && phone.matches) studio.querySelector("button").focus();
    if (!open) $("studio-toggle").focus();
  }
  /** The models that were chosen by hand, for the server to draw their controls. */
  const models = () => new URLSearchParams(controls().filter((control) => control.tagName === "SELECT" && moved(control)).map((select) => [select.name, select.value]));
  /** Another panel, with what was chosen in the old one wherever the new one has the same control. */
  function renew(panel) {
    const kept = controls().filter((control) => control.tagName !== "SELECT" && moved(control));
    studio.replaceChildren(panel);
    for (const old of kept)
      for (const control of controls().filter((one) => one.name === old.name && one.type === old.type)) {
        if (old.type === "radio") control.checked ||= control.value === old.value;
        else if (old.type === "checkbox") control.checked = old.checked;
        else if (Number(old.value) >= Number(control.min) && Number(old.value) <= Number(control.max)) control.value = old.value;
        mirror(control);
      }
    lock(locked);
    chosen();
  }
  async function choose() {
    const held = document.activeElement?.id;
    const answer = await fetch(`/channel/studio?${models()}`).catch(() => null);
    if (answer?.status === 401) leave();
    if (!answer?.ok) return;
    renew(parse(await answer.text()));
    if (held) $(held)?.focus();
  }
  function lock(on) {
    locked = on;
    studio.querySelector('[data-do="lock"]')?.setAttribute("aria-pressed", String(on));
  }
  async function key(address, data, place) {
    const answer = await fetch(`${address}?${models()}`, { method: "POST", body: data }).catch(() => null);
    if (answer?.status === 401) return leave();
    const html = (await answer?.text()) ?? "", fresh = parse(html), providers = fresh.querySelector("#providers");
    if (!providers) place.textContent = fresh.querySelector(".body, .state")?.textContent ?? composer.dataset.offline;
    else if (answer.ok) { renew(fresh); studio.querySelector(`[data-vendor="${address.split("/")[3]}"]`)?.querySelector("input, button")?.focus(); }
    else { $("providers").replaceWith(providers); providers.querySelector("[aria-invalid]")?.focus(); }
  }

  function clearComplaints() {
    for (const place of all("[data-error]")) place.textContent = "";
    for (const control of controls()) control.removeAttribute("aria-invalid");
  }
  /** Show the complaints that a fragment carries at the controls that they are about. */
  function complain(fragment) {
    for (const complaint of fragment ? all("[data-field]", fragment) : []) {
      const name = complaint.dataset.field, place = document.querySelector(`[data-error="${CSS.escape(name)}"]`);
      if (!place) continue;
      place.textContent = complaint.dataset.says;
      for (const control of controls().filter((one) => one.name === name)) {
        control.setAttribute("aria-invalid", "true");
        if (moved(control) && studio.hidden) show(true);
      }
    }
  }

  // ---- What people do ------------------------------------------------------------------------------------------
  /** The first press asks, the second within four seconds does. */
  function sure(button) {
    const { confirm, label } = button.dataset, asked = label !== undefined;
    if (!confirm) return true;
    if (!asked) button.dataset.label = button.textContent;
    button.textContent = asked ? label : confirm;
    if (asked) delete button.dataset.label;
    else setTimeout(() => { if (button.dataset.label !== undefined) sure(button); }, 4000);
    return asked;
  }
  const deeds = {
    reply: (button) => reply(button.dataset.target),
    reference: (button) => reply(button.dataset.target, "/imagine "),
    edit: (button) => { fill($(`m-${button.dataset.target}`).dataset.asked); text.focus(); },
    say: (button) => { fill(button.dataset.text); button.closest("[data-notice]")?.remove(); text.focus(); say(); },
    ask: async (button) => { // what was typed and chosen meanwhile stays
      const data = new FormData();
      data.set("text", button.dataset.text);
      $("me").open = false;
      if (await send(composer.action, data)) log.querySelector("[data-notice]")?.focus();
    },
    dismiss: (button) => { button.closest("[data-notice]").remove(); text.focus(); },
    unreply: () => { unreply(); text.focus(); },
    detach: () => { detach(); text.focus(); },
    newest: () => toEnd(),
    studio: () => show(studio.hidden),
    keys: () => { show(true); $("providers").scrollIntoView({ block: "start" }); $("providers").querySelector("input")?.focus(); },
    reset: () => { controls().forEach(reset); choose(); lock(false); },
    dice: (button) => { $("c-seed").value = Math.floor(Math.random() * (Number(button.dataset.max) + 1)); chosen(); },
    lock: () => lock(!locked),
    swap: () => shape($("c-height").value, $("c-width").value),
    shape: (button) => shape(button.dataset.width, button.dataset.height),
    key: (button) => { if (button.dataset.action && sure(button)) key(button.dataset.action, new FormData(), button.nextElementSibling); },
    earlier: async (button) => {
      const answer = await fetch(`/channel/earlier?before=${button.dataset.before}`).catch(() => null);
      if (!answer?.ok) return;
      const fresh = parse(await answer.text()), height = log.scrollHeight;
      for (const message of all(".message", fresh)) { if ($(message.id)) message.remove(); else dress(message); }
      button.replaceWith(fresh);
      log.scrollTop += log.scrollHeight - height;
    },
    press: async (button) => {
      if (button.ariaDisabled || !sure(button)) return;
      button.ariaDisabled = "true"; // a button that is truly disabled would lose the focus
      const data = new FormData(), panel = new FormData(composer);
      data.set("event", nonce());
      for (const name of ["upscaler", "factor"]) if (panel.has(name)) data.set(name, panel.get(name));
      await send(button.dataset.action, data);
      button.ariaDisabled = null;
    },
  };
  function shape(width, height) {
    Object.assign($("c-width"), { value: width });
    Object.assign($("c-height"), { value: height });
    [$("c-width"), $("c-height")].forEach(mirror);
    chosen();
  }
  document.addEventListener("click", (event) => {
    const doer = event.target.closest("[data-do]");
    if (doer && doer.tagName !== "FORM" && doer.tagName !== "SELECT") deeds[doer.dataset.do]?.(doer);
    if (!event.target.closest("#me")) $("me").open = false;
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form === composer) { event.preventDefault(); say(); }
    if (form.dataset.do === "key") { event.preventDefault(); key(form.getAttribute("action"), new FormData(form), form.querySelector(".complaint")); }
    if (form.dataset.do === "name") {
      event.preventDefault();
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
      if (answer?.ok) $("me").querySelector("summary").replaceChildren(parse(await answer.text()));
      $("me").open = false;
      text.focus();
    }
  });
  studio.addEventListener("input", ({ target }) => {
    if (target.dataset.mirrors) $(target.dataset.mirrors).value = target.value;
    else mirror(target);
    target.removeAttribute("aria-invalid");
    chosen();
  });
  studio.addEventListener("change", ({ target }) => { if (target.dataset.do === "offer") choose(); });
  text.addEventListener("input", () => { delete composer.dataset.event; grow(); }); // other words are another request
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(); }
    if (event.key === "ArrowUp" && !text.value && lastSaid) { event.preventDefault(); fill(lastSaid); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if ($("me").open) $("me").open = false;
    else if (!studio.hidden && (studio.contains(document.activeElement) || phone.matches)) show(false);
    else { unreply(); detach(); text.focus(); }
  });
  file.addEventListener("change", () => attach(file.files));
  document.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); attach(event.clipboardData.files); } });
  const dragging = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => { if (dragging(event)) { event.preventDefault(); drop.hidden = false; } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.hidden = true; });
  document.addEventListener("drop", (event) => { drop.hidden = true; if (dragging(event)) { event.preventDefault(); attach(event.dataTransfer.files); } });
  let resting = true; // at the newest message, and meaning to stay there when the room around it changes
  log.addEventListener("scroll", () => { resting = atEnd(); if (resting) newer.hidden = true; }, { passive: true });
  new ResizeObserver(() => { if (resting) toEnd(); }).observe(log);
  document.addEventListener("load", ({ target }) => { if (target.tagName === "IMG") target.dataset.loaded = ""; }, true);
  document.addEventListener("error", ({ target }) => { if (target.dataset?.lost) target.parentElement.dataset.lost = target.dataset.lost; }, true);
  phone.addEventListener("change", () => { main.inert = false; $("veil").hidden = studio.hidden || !phone.matches; });

  text.setAttribute("data-plain", text.placeholder);
  if (sessionStorage.getItem("typed")) fill(sessionStorage.getItem("typed"));
  sessionStorage.removeItem("typed");
  dress(document);
  chosen();
  grow();
  toEnd();
  listen();
})();
