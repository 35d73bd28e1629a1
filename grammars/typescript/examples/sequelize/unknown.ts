// Methods that others have too, in a file that knows no model.
export class Panel {
  close(error: Error) {
    this.view?.destroy();
    socket.destroy(error);
    counter.increment("closed");
    counter.decrement("open", 1);
    this.destroy();
  }
}

export const wipe = async (record: any, models: any, transaction: any) => {
  await record.destroy({ transaction });
  await record.increment("visits", { by: 2, transaction });
  await models.user.truncate({ cascade: true });
  await models.user.destroy({ where: {} });
};
