/**
 * Steers OBS after what is aired. In: occasions of the programme, OBS's events. Out: requests to OBS, wishes to the
 * programme. Main thread; `tell` returns at once and never throws: OBS may be there, come, go or be broken.
 *
 * Built of parts: the session connects; the inventory knows what there is; desired is what OBS shall be like; the outbox
 * keeps deeds in order; panic goes ahead of it. Limits: those of the parts; closing takes at most a second.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { Cut } from "./cut.ts";
import { Desired } from "./desired.ts";
import type { DirectorOptions, DirectorState, Scenes } from "./director_options.ts";
import type { Inventory } from "./inventory.ts";
import { Known } from "./known.ts";
import type { Line, ObsEvent, Request } from "./line.ts";
import { Outbox } from "./outbox.ts";
import { Outputs } from "./outputs.ts";
import { markOf, OwnDeeds } from "./own_deeds.ts";
import { Panic } from "./panic.ts";
import { perform } from "./perform.ts";
import { Reactions } from "./reactions.ts";
import { deedsFor } from "./rules.ts";
import type { Deed, Occasion, Switching } from "./script.ts";
import { Session } from "./session.ts";
import {
  type AvatarSource,
  done,
  ensureAvatarSource,
  findAvatarSource,
  isAnothers,
  mendAvatarSource,
} from "./source.ts";
import { Subtitles } from "./subtitles.ts";
import { TellOnce } from "./tell_once.ts";
import { VirtualCamera } from "./virtual_camera.ts";
import { noScene, textRequest, type View, wantOf } from "./wants.ts";

export class Director implements AsyncDisposable {
  readonly #options: DirectorOptions;
  readonly #own: OwnDeeds;
  readonly #known: Known;
  readonly #desired = new Desired();
  readonly #cut = new Cut();
  readonly #outputs = new Outputs();
  readonly #told: TellOnce;
  readonly #panic: Panic;
  readonly #reactions: Reactions;
  readonly #camera: VirtualCamera;
  readonly #outbox: Outbox;
  readonly #subtitles: Subtitles;
  readonly #session: Session;
  readonly #stop = new AbortController();
  #avatar: AvatarSource | undefined;

  /** Begins to connect; never fails for want of OBS. */
  constructor(options: DirectorOptions) {
    const { clock, told, panic, scenes, reactions, url, password, random, cameraNodes, timing } = options;
    this.#options = options;
    this.#told = new TellOnce(told, clock);
    this.#known = new Known(options, (line) => told.warn(line), this.#stop.signal);
    this.#own = new OwnDeeds(clock);
    this.#panic = new Panic(panic, scenes);
    this.#reactions = new Reactions(reactions, clock);
    this.#camera = new VirtualCamera({ own: this.#own, nodes: cameraNodes });
    const onError = (error: unknown) => this.#failed(error);
    this.#outbox = new Outbox({
      // panic may have begun since they were pushed
      send: (deeds) => this.#perform(deeds.filter((deed) => !("scene" in deed && this.#panic.isOn))),
      onError,
      onLost: () => this.#told.warn("OBS does not keep up: some of what it was to do is left out"),
    });
    this.#subtitles = new Subtitles({ send: (line) => this.#sendSubtitle(line), onError });
    this.#session = new Session({
      url,
      password,
      clock,
      random,
      told,
      ...timing,
      onConnected: (line) => this.#connected(line),
      onEvent: (event) => {
        try {
          this.#hear(event);
        } catch (error) {
          this.#told.warn(`OBS's event ${event.type}: ${oneLine(error)}`);
        }
      },
      onLost: () => this.#lost(),
    });
  }

  /** Takes an occasion and returns at once; what OBS then does not do is told in the log and in the state. */
  tell(occasion: Occasion): void {
    if (occasion.kind === "panic") return this.#setPanic(occasion);
    if (occasion.kind === "subtitle") return this.#subtitle(occasion.text);
    this.#accept(deedsFor(this.#options.rules, occasion));
  }

  /** What may be switched to, as OBS lists them, and what is on air. Rejects with Fault obs_not_connected. */
  scenes(): Promise<Scenes> {
    return Promise.try(() => {
      const { inventory } = this.#need();
      return { scenes: [...inventory.scenes], current: inventory.current };
    });
  }

  /**
   * Resolves when OBS has switched. Rejects with InputFault unknown_scene, Fault panic_is_on or obs_not_connected, or what
   * OBS refused.
   */
  async scene(name: string): Promise<void> {
    const { inventory } = this.#need();
    if (!inventory.scenes.has(this.#known.names.source(name))) {
      const { missing } = noScene(name, inventory);
      const there = /did you mean/.test(missing) ? "" : `, wanted one of ${[...inventory.scenes].join(", ")}`;
      throw new InputFault(`${missing}${there}`, { code: "unknown_scene" });
    }
    if (this.#panic.isOn) {
      throw new Fault(`switching OBS to "${name}": panic is on, wanted it to be over first`, {
        code: "panic_is_on",
      });
    }
    this.#desired.set({ kind: "scene", scene: name });
    await this.#explicit([{ scene: name }]);
  }

  /** Resolves when OBS has taken the request; the output begins a moment later. */
  async record(switching: Switching): Promise<void> {
    await this.#explicit([{ record: switching }]);
  }

  /** The same for the stream. */
  async stream(switching: Switching): Promise<void> {
    await this.#explicit([{ stream: switching }]);
  }

  /** Resolves when it runs or stands; the wish outlives restarts of OBS. Rejects as VirtualCamera.set does. */
  async virtualCamera(switching: Switching): Promise<void> {
    this.#camera.want(switching);
    await this.#camera.set(this.#need().line, switching);
  }

  /** Tries to connect now, also after a refusal. */
  retry(): void {
    this.#session.retry();
  }

  state(): DirectorState {
    const inventory = this.#view()?.inventory;
    return {
      ...this.#session.state(),
      scene: inventory?.current ?? "",
      ...this.#outputs.state(),
      isVirtualCameraOn: inventory !== undefined && this.#camera.isOn === true,
      isPanicking: this.#panic.isOn,
      avatarSource: this.#avatar === undefined ? "" : this.#avatar.name,
      avatarKind: this.#avatar === undefined ? "" : this.#avatar.kind,
      problems: this.#known.problems,
      skippedSubtitles: this.#subtitles.skippedCount,
      lostOccasions: this.#outbox.lostCount,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#outbox.clear();
    await this.#session[Symbol.asyncDispose]();
    await this.#outbox.idle();
  }

  #view(): View | undefined {
    return this.#session.line === undefined ? undefined : this.#known.view;
  }

  #need(): { line: Line; inventory: Inventory; view: View } {
    const { line } = this.#session;
    const view = this.#view();
    if (line === undefined || view === undefined) {
      const { problem, url } = this.#session.state();
      throw new Fault(problem === "" ? `OBS at ${url} is being connected, wanted it to be there` : problem, {
        code: "obs_not_connected",
        retryable: true,
      });
    }
    return { line, view, inventory: view.inventory };
  }

  /** Remembers what OBS shall be like and sends it, where there is an OBS. */
  #accept(deeds: readonly Deed[]): void {
    const now = deeds.filter((deed) => {
      if ("scene" in deed && this.#panic.isOn) {
        this.#panic.divert(deed.scene);
        return false;
      }
      this.#desire(deed);
      if (!("virtualCamera" in deed)) return true;
      this.#camera.want(deed.virtualCamera);
      const { line } = this.#session;
      if (line !== undefined && this.#view() !== undefined) {
        this.#camera.set(line, deed.virtualCamera).catch((error) => this.#failed(error));
      }
      return false;
    });
    if (this.#view() !== undefined) this.#outbox.push(now);
    else if (now.some((deed) => wantOf(deed) === undefined)) {
      this.#told.note("OBS is not connected: what is done once, such as starting a recording, is left out");
    }
  }

  #desire(deed: Deed): void {
    const want = wantOf(deed);
    if (want !== undefined) this.#desired.set(want);
  }

  /** `first`: requests that go before. */
  async #perform(deeds: readonly Deed[], first: readonly Request[] = []): Promise<void> {
    const { line } = this.#session;
    const view = this.#view();
    if (line === undefined || view === undefined) return;
    this.#report(await perform(deeds, { obs: line, view, own: this.#own, first }));
  }

  /** What the check has told of is not told again. */
  #report(problems: readonly string[]): void {
    for (const problem of problems) {
      if (!this.#known.isTold(problem)) this.#told.warn(problem);
    }
  }

  /** What a person asked for by name: refused loudly. */
  async #explicit(deeds: readonly Deed[]): Promise<void> {
    const { line, view } = this.#need();
    await this.#outbox.idle();
    const [problem] = await perform(deeds, { obs: line, view, own: this.#own });
    if (problem !== undefined) throw new Fault(problem, { code: "obs_refused" });
  }

  #setPanic(occasion: Occasion & { kind: "panic" }): void {
    const { isOn } = occasion;
    if (isOn === this.#panic.isOn) return;
    const view = this.#view();
    const current = view?.inventory.current;
    const scene = isOn ? this.#panic.begin(this.#desired.scene ?? current, view) : this.#panic.end();
    if (scene !== undefined) this.#desired.set({ kind: "scene", scene });
    else this.#desired.forgetScene();
    const byRule = deedsFor(this.#options.rules, occasion).filter((deed) => !("scene" in deed));
    for (const deed of byRule) this.#desire(deed);
    const deeds: Deed[] = [...(scene === undefined ? [] : [{ scene }]), ...byRule];
    this.#urgent(deeds).catch((error) => this.#failed(error));
  }

  /** Past everything that waits, and once more behind it: OBS may work on an earlier message after a later one. */
  async #urgent(deeds: readonly Deed[]): Promise<void> {
    const { line } = this.#session;
    const view = this.#view();
    if (line === undefined || view === undefined) return;
    await this.#perform(deeds, this.#cut.begin(view.inventory));
    await this.#outbox.idle();
    this.#report((await this.#desired.reconcileScene(line, view, this.#own)).problems);
    await this.#cut.finish(line);
  }

  #subtitle(line: string): void {
    this.#desired.set({ kind: "text", source: this.#options.subtitles, text: line });
    if (this.#view() !== undefined) this.#subtitles.show(line);
  }

  async #sendSubtitle(line: string): Promise<void> {
    const view = this.#view();
    const source = this.#known.names.source(this.#options.subtitles);
    if (view === undefined) return;
    if (!view.inventory.inputs.has(source)) {
      this.#told.noteEver(
        `subtitles: there is no source "${source}" in OBS; deno task obs:setup makes it, obs.subtitles names another`,
      );
      return;
    }
    const [answer] = await this.#session.line!.batch([textRequest(source, line)]);
    if (answer?.isDone === false) this.#told.warn(`subtitles in "${source}": ${answer.says}`);
  }

  async #connected(line: Line): Promise<void> {
    await this.#known.take(line);
    if (this.#options.avatar !== undefined) {
      await this.#bringAvatar(line).catch((error) => this.#failed(error));
    }
    await this.#outputs.read(line);
    const view = this.#view();
    if (view !== undefined) this.#report((await this.#desired.reconcile(line, view, this.#own)).problems);
    this.#camera.resume(line).catch((error) => this.#failed(error)); // may take seconds; nothing waits for it
  }

  async #bringAvatar(line: Line): Promise<void> {
    const { avatar, scenes } = this.#options;
    if (avatar === undefined) return;
    if (!avatar.isMade) {
      this.#avatar = undefined;
      const name = await findAvatarSource(line);
      if (name === undefined || await isAnothers(line, name, avatar)) return;
      const isMended = await mendAvatarSource(line, name, avatar);
      const { inputKind } = done("GetInputSettings", await line.ask("GetInputSettings", { inputName: name }));
      this.#avatar = { name, kind: inputKind, isMade: false, isMended, isPlaced: false };
      return;
    }
    const sceneName = this.#known.names.source(scenes.avatar);
    if (this.#view()?.inventory.scenes.has(sceneName) === false) await line.ask("CreateScene", { sceneName });
    this.#avatar = await ensureAvatarSource(line, sceneName, avatar);
  }

  #lost(): void {
    this.#known.lose();
    this.#own.clear();
    this.#outbox.clear();
    this.#outputs.lost();
  }

  #hear(event: ObsEvent): void {
    const { type } = event;
    if (type === "ExitStarted" || type === "CurrentSceneCollectionChanging") return this.#known.lose();
    if (type === "CurrentSceneCollectionChanged") return this.#changedCollection();
    const before = this.#view()?.inventory.current;
    this.#known.hear(event);
    this.#cut.hear(event);
    this.#outputs.hear(event);
    const mark = markOf(event);
    if (mark === undefined) return;
    const isOurs = this.#own.claim(mark);
    this.#camera.hear(event, !isOurs);
    const view = this.#view();
    // OBS tells of the same scene again where its transition is exchanged
    if (isOurs || view === undefined || (mark.what === "scene" && mark.value === before)) return;
    if (mark.what === "scene" && this.#panic.isOn) this.#panic.personChose();
    this.#desired.personDid(mark, view);
    for (const wish of this.#reactions.hear(event, this.#known.names)) this.#options.onWish(wish);
  }

  /** Another collection is another OBS; which scene it shows is the person's choice. */
  #changedCollection(): void {
    const { line } = this.#session;
    if (line === undefined) return;
    this.#desired.forgetScene();
    this.#known.take(line).catch((error) => this.#failed(error));
  }

  /** The connection's own end is told by the session. */
  #failed(error: unknown): void {
    const { line } = this.#session;
    if (this.#stop.signal.aborted || line === undefined || line.over.aborted) return;
    this.#told.warn(oneLine(error));
  }
}
