// A bot written with discord.js, to try the local Discord with.
//
// DISCORD_API_BASE and DISCORD_TOKEN say where it logs in and as whom. It logs what happens, a word
// a line, and ends on SIGTERM. The gateway's address comes from the API, as on the real Discord.

import {
  ActionRowBuilder, Client, Events, GatewayIntentBits, MessageFlags, ModalBuilder,
  SlashCommandBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';

const base = process.env.DISCORD_API_BASE.replace(/\/$/, '');
const zones = ['Europe/London', 'Europe/Rome', 'Asia/Tokyo'];
const say = (...words) => console.log(...words);

const commands = [
  new SlashCommandBuilder().setName('echo').setDescription('Says something back')
    .addStringOption((text) => text.setName('text').setDescription('what to say').setRequired(true))
    .addStringOption((zone) => zone.setName('zone').setDescription('where you are').setAutocomplete(true)),
  new SlashCommandBuilder().setName('form').setDescription('Opens a form'),
];

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
  rest: { api: `${base}/api` },
});

client.once(Events.ClientReady, async () => {
  const registered = await client.application.commands.set(commands);
  say('registered', ...registered.map((command) => command.name));
  say('ready', client.user.username, client.guilds.cache.size);
});
client.on(Events.ShardResume, () => say('resumed'));
client.on(Events.Error, (error) => console.error(error));
client.on(Events.Debug, (words) => console.error(words));

client.on(Events.MessageCreate, async (message) => {
  if (message.author.bot || !message.content.startsWith('echo ')) return;
  say('message', message.content);
  await message.channel.sendTyping();
  await message.reply({ content: message.content.slice(5), allowedMentions: { repliedUser: false } });
});

async function echo(interaction) {
  const text = interaction.options.getString('text');
  const zone = interaction.options.getString('zone') ?? 'nowhere';
  say('command echo', text, zone);
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await interaction.editReply(`${text} from ${zone}`);
}

async function form(interaction) {
  say('command form');
  const words = new TextInputBuilder().setCustomId('words').setLabel('Words')
    .setStyle(TextInputStyle.Short).setMaxLength(100);
  const modal = new ModalBuilder().setCustomId('tell').setTitle('Tell me')
    .addComponents(new ActionRowBuilder().addComponents(words));
  await interaction.showModal(modal);
}

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toLowerCase();
    const fits = zones.filter((zone) => zone.toLowerCase().includes(typed));
    await interaction.respond(fits.map((zone) => ({ name: zone, value: zone })));
  } else if (interaction.isModalSubmit()) {
    const words = interaction.fields.getTextInputValue('words');
    say('form', words);
    await interaction.reply({ content: `you wrote ${words}`, flags: MessageFlags.Ephemeral });
  } else if (interaction.commandName === 'echo') {
    await echo(interaction);
  } else if (interaction.commandName === 'form') {
    await form(interaction);
  }
});

process.once('SIGTERM', async () => {
  await client.destroy();
  say('stopped');
});
await client.login(process.env.DISCORD_TOKEN);
