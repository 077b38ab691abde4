// The AWS SDK for JavaScript through the whole of it: create, upload, import, put, export, read back, delete.
// Prints what it saw as one line of JSON. AWS_ENDPOINT_URL and credentials come from the environment.
import { setTimeout as sleep } from "node:timers/promises";
import * as personalize from "@aws-sdk/client-personalize";
import { PersonalizeEventsClient, PutEventsCommand } from "@aws-sdk/client-personalize-events";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

const BUCKET = "js-bucket";
const ROLE = "arn:aws:iam::000000000000:role/pdprep";
const HEADER = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n";
const PART = 5 * 1024 * 1024;
const SCHEMA = JSON.stringify({
  type: "record",
  name: "Interactions",
  fields: ["USER_ID", "ITEM_ID", "EVENT_TYPE"]
    .map((name) => ({ name, type: "string" }))
    .concat({ name: "TIMESTAMP", type: "long" }),
  version: "1.0",
});

const options = { region: "eu-west-1" };
const control = new personalize.PersonalizeClient(options);
const events = new PersonalizeEventsClient(options);
const storage = new s3.S3Client({ ...options, forcePathStyle: true });
const call = (name, input = {}) => control.send(new personalize[`${name}Command`](input));
const store = (name, input = {}) => storage.send(new s3[`${name}Command`]({ Bucket: BUCKET, ...input }));

async function active(name, input, member) {
  for (let tries = 0; tries < 200; tries++) {
    const found = (await call(name, input))[member];
    if (found.status === "ACTIVE") return found;
    if (found.status.endsWith("FAILED")) throw new Error(found.failureReason);
    await sleep(50);
  }
  throw new Error(`${name} never became ACTIVE`);
}

async function create() {
  const { schemaArn } = await call("CreateSchema", { name: "s", schema: SCHEMA });
  const { datasetGroupArn } = await call("CreateDatasetGroup", { name: "g" });
  await active("DescribeDatasetGroup", { datasetGroupArn }, "datasetGroup");
  const given = { name: "d", schemaArn, datasetGroupArn, datasetType: "Interactions" };
  const { datasetArn } = await call("CreateDataset", given);
  await active("DescribeDataset", { datasetArn }, "dataset");
  const { trackingId, eventTrackerArn } = await call("CreateEventTracker", { name: "t", datasetGroupArn });
  await active("DescribeEventTracker", { eventTrackerArn }, "eventTracker");
  return { schemaArn, datasetGroupArn, datasetArn, eventTrackerArn, trackingId };
}

async function upload(rows) {
  const lines = Array.from({ length: rows }, (_, n) => `u${n % 40},i${n % 9},click,${1700000000 + n}\n`);
  await store("CreateBucket");
  await store("PutObject", { Key: "in/small.csv", Body: HEADER + lines.slice(0, 1000).join("") });
  const params = { Bucket: BUCKET, Key: "in/large.csv", Body: HEADER + lines.slice(1000).join("") };
  await new Upload({ client: storage, params, partSize: PART }).done();
  return (await store("HeadObject", { Key: "in/large.csv" })).ETag;
}

async function importAll(datasetArn) {
  const given = { jobName: "in", datasetArn, roleArn: ROLE, dataSource: { dataLocation: `s3://${BUCKET}/in/` } };
  const { datasetImportJobArn } = await call("CreateDatasetImportJob", given);
  return active("DescribeDatasetImportJob", { datasetImportJobArn }, "datasetImportJob");
}

async function put(trackingId) {
  const sentAt = new Date(1800000000000);
  const event = { eventType: "click", itemId: "i1", sentAt };
  await events.send(new PutEventsCommand({ trackingId, userId: "u1", sessionId: "s", eventList: [event] }));
}

async function exported(datasetArn, ingestionMode) {
  const jobName = `out-${ingestionMode}`;
  const jobOutput = { s3DataDestination: { path: `s3://${BUCKET}/out/` } };
  const given = { jobName, datasetArn, ingestionMode, roleArn: ROLE, jobOutput };
  const { datasetExportJobArn } = await call("CreateDatasetExportJob", given);
  await active("DescribeDatasetExportJob", { datasetExportJobArn }, "datasetExportJob");
  const { Contents } = await store("ListObjectsV2", { Prefix: `out/${jobName}-part-` });
  const texts = await Promise.all(
    Contents.map(async ({ Key }) => (await store("GetObject", { Key })).Body.transformToString()),
  );
  return texts.flatMap((text) => text.trimEnd().split("\n").slice(1));
}

async function gone(name, input) {
  await call(`Delete${name}`, input);
  for (let tries = 0; tries < 200; tries++) {
    try {
      await call(`Describe${name}`, input);
    } catch (error) {
      if (error.name === "ResourceNotFoundException") return error.name;
      throw error;
    }
    await sleep(50);
  }
  throw new Error(`${name} stayed`);
}

async function remove({ schemaArn, datasetGroupArn, datasetArn, eventTrackerArn }) {
  await gone("EventTracker", { eventTrackerArn });
  await gone("Dataset", { datasetArn });
  await call("DeleteSchema", { schemaArn });
  const { Contents } = await store("ListObjectsV2");
  await store("DeleteObjects", { Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } });
  await store("DeleteBucket");
  return gone("DatasetGroup", { datasetGroupArn });
}

const made = await create();
const etag = await upload(300_000);
const job = await importAll(made.datasetArn);
await put(made.trackingId);
const rows = {};
for (const mode of ["BULK", "PUT", "ALL"]) rows[mode] = await exported(made.datasetArn, mode);
const counts = Object.fromEntries(Object.entries(rows).map(([mode, lines]) => [mode, lines.length]));
const last = await remove(made);
const left = (await call("ListDatasetGroups")).datasetGroups.length;
console.log(JSON.stringify({ etag, mode: job.importMode, counts, put: rows.PUT[0], last, left }));
