"""A bot written with discord.py, to try the local Discord with.

DISCORD_API_BASE and DISCORD_TOKEN say where it logs in and as whom. It logs what happens, a word a
line, and ends on SIGTERM. discord.py knows nothing of another Discord: its two addresses are put
into its classes before it starts.
"""

import asyncio
import logging
import os
import signal
import sys

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

BASE = os.environ["DISCORD_API_BASE"].rstrip("/")
ZONES = ["Europe/London", "Europe/Rome", "Asia/Tokyo"]


def say(*words):
    print(*words, flush=True)


class Form(discord.ui.Modal, title="Tell me"):
    words = discord.ui.TextInput(label="Words", max_length=100)

    async def on_submit(self, interaction):
        say("form", self.words.value)
        await interaction.response.send_message(f"you wrote {self.words.value}", ephemeral=True)


class Bot(discord.Client):
    def __init__(self):
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        _, gateway, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        commands = await self.tree.sync()
        say("registered", *[command.name for command in commands])

    async def on_ready(self):
        say("ready", self.user.name, len(self.guilds))

    async def on_resumed(self):
        say("resumed")

    async def on_message(self, message):
        if message.author.bot or not message.content.startswith("echo "):
            return
        say("message", message.content)
        async with message.channel.typing():
            await message.reply(message.content.removeprefix("echo "), mention_author=False)


bot = Bot()


@bot.tree.command(description="Says something back")
@app_commands.describe(text="what to say", zone="where you are")
async def echo(interaction: discord.Interaction, text: str, zone: str = "nowhere"):
    say("command echo", text, zone)
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content=f"{text} from {zone}")


@echo.autocomplete("zone")
async def zones(_: discord.Interaction, typed: str):
    fits = [zone for zone in ZONES if typed.lower() in zone.lower()]
    return [app_commands.Choice(name=zone, value=zone) for zone in fits]


@bot.tree.command(description="Opens a form")
async def form(interaction: discord.Interaction):
    say("command form")
    await interaction.response.send_modal(Form())


async def main():
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    discord.http.Route.BASE = f"{BASE}/api/v10"
    running = asyncio.create_task(bot.start(os.environ["DISCORD_TOKEN"]))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
    await bot.close()
    await running
    say("stopped")


asyncio.run(main())
