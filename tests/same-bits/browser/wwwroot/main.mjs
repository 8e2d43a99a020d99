// Runs the program under Node.
import { dotnet } from './_framework/dotnet.js';

const { runMain } = await dotnet.create();
process.exit(await runMain());
