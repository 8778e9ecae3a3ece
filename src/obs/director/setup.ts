/**
 * A ready scene collection in a running OBS. In: where OBS is, what the scenes are called. Out: what was made and mended;
 * a second run finds everything there and changes nothing. One connection, closed at the end.
 *
 * By default in a collection of its own, "Lipcam", so that nothing of a person's is touched; changing the collection is
 * refused while OBS sends or records. Limits: each request 5 s, changing the collection 20 s.
 */
import { Fault } from "../../errors/mod.ts";
import { delay, withDeadline } from "../../time/mod.ts";
import { Inventory } from "./inventory.ts";
import { Line, type Obs } from "./line.ts";
import { type Made, makeScenes, type SetupScenes } from "./setup_scenes.ts";
import { done } from "./source.ts";

const COLLECTION = "Lipcam";
/** The empty scene that OBS puts into a new collection. */
const FIRST_SCENE = "Scene";
const ANSWER_MS_MAX = 5000;
const COLLECTION_MS_MAX = 20_000;
const LOOK_MS = 50;
/** NotReady, while the collection changes. */
const NOT_READY = 207;

export interface SetupOptions extends SetupScenes {
  readonly url: string;
  readonly password: string | undefined;
  /** Into the current collection instead of one of our own. */
  readonly isHere: boolean;
  readonly signal: AbortSignal;
}

export interface SetupReport extends Made {
  readonly obsVersion: string;
  readonly collection: string;
  /** Nothing was missing and nothing differed. */
  readonly isUnchanged: boolean;
}

/** Rejects with a Fault of line_fault.ts, obs_busy, or of what OBS refused. */
export async function setUpObs(options: SetupOptions): Promise<SetupReport> {
  const { url, password, isHere, signal } = options;
  await using line = await Line.open({
    url,
    password,
    answerMsMax: ANSWER_MS_MAX,
    signal,
    onEvent: () => {},
  });
  const { obsVersion } = done("GetVersion", await line.ask("GetVersion"));
  const opened = isHere ? await currentCollection(line) : await openCollection(line, signal);
  const inventory = await Inventory.read(line);
  const made = await makeScenes(line, inventory, options);
  if (opened.isNew) await tidy(line, options.scenes.avatar);
  if (opened.isNew) made.made.unshift(`collection ${opened.name}`);
  const isUnchanged = made.made.length === 0 && made.mended.length === 0;
  return { ...made, obsVersion, collection: opened.name, isUnchanged };
}

interface Opened {
  readonly name: string;
  readonly isNew: boolean;
}

async function currentCollection(obs: Obs): Promise<Opened> {
  const collections = done("GetSceneCollectionList", await obs.ask("GetSceneCollectionList"));
  return { name: collections.currentSceneCollectionName, isNew: false };
}

async function openCollection(obs: Obs, signal: AbortSignal): Promise<Opened> {
  const sceneCollectionName = COLLECTION;
  const collections = done("GetSceneCollectionList", await obs.ask("GetSceneCollectionList"));
  if (collections.currentSceneCollectionName === COLLECTION) return { name: COLLECTION, isNew: false };
  await refuseWhileBusy(obs);
  const isNew = !collections.sceneCollections.includes(COLLECTION);
  const request = isNew ? "CreateSceneCollection" : "SetCurrentSceneCollection";
  done(request, await obs.ask(request, { sceneCollectionName }));
  const changed = async () => {
    for (;;) {
      const answer = await obs.ask("GetSceneCollectionList");
      if (answer.isDone && answer.data.currentSceneCollectionName === COLLECTION) return;
      if (!answer.isDone && answer.code !== NOT_READY) done("GetSceneCollectionList", answer);
      await delay(LOOK_MS, signal);
    }
  };
  await withDeadline(changed(), COLLECTION_MS_MAX, "changing OBS's scene collection", signal);
  return { name: COLLECTION, isNew };
}

async function refuseWhileBusy(obs: Obs): Promise<void> {
  const stream = done("GetStreamStatus", await obs.ask("GetStreamStatus"));
  const record = done("GetRecordStatus", await obs.ask("GetRecordStatus"));
  if (!stream.outputActive && !record.outputActive) return;
  const what = stream.outputActive ? "streams" : "records";
  throw new Fault(
    `changing OBS's scene collection: it ${what} now, wanted it idle, or --here to add to the collection in use`,
    { code: "obs_busy", retryable: true },
  );
}

/** A new collection shows the avatar; the empty scene that OBS made goes. */
async function tidy(obs: Obs, sceneName: string): Promise<void> {
  done("SetCurrentProgramScene", await obs.ask("SetCurrentProgramScene", { sceneName }));
  const items = await obs.ask("GetSceneItemList", { sceneName: FIRST_SCENE });
  if (items.isDone && items.data.sceneItems.length === 0) {
    done("RemoveScene", await obs.ask("RemoveScene", { sceneName: FIRST_SCENE }));
  }
}
