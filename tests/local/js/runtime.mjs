// What an application asks of the AWS SDK for JavaScript: recommendations, and a list in order for a user.
// ARNs of campaigns and a user come as arguments; prints the answers as one line of JSON.
import {
  GetPersonalizedRankingCommand,
  GetRecommendationsCommand,
  PersonalizeRuntimeClient,
} from "@aws-sdk/client-personalize-runtime";

const [personal, ranking, userId] = process.argv.slice(2);
const runtime = new PersonalizeRuntimeClient({ region: "eu-west-1" });
const { itemList } = await runtime.send(
  new GetRecommendationsCommand({ campaignArn: personal, userId, numResults: 3 }),
);
const inputList = ["j1", "i1", "never seen"];
const { personalizedRanking } = await runtime.send(
  new GetPersonalizedRankingCommand({ campaignArn: ranking, userId, inputList }),
);
const refused = await runtime
  .send(new GetRecommendationsCommand({ campaignArn: personal + "x", userId }))
  .catch((error) => ({ name: error.name, status: error.$metadata.httpStatusCode }));
console.log(JSON.stringify({ itemList, personalizedRanking, refused }));
